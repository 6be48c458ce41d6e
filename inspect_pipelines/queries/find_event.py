"""Find an event by what a person types: its id or the beginning of it."""

from __future__ import annotations

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.find import BEGINNING_OF_AN_ID, SHORTEST_PREFIX

SHOWN = 3


def find_event(house: House, text: str) -> Event:
    """The event that is meant.

    Raises:
        NotFound: Nothing matches.
        Refused: Several events begin so.
        UsageError: The beginning is too short to mean one event.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if event := ledger.events.find(EventId(typed)):
            return event
        if BEGINNING_OF_AN_ID.match(typed) and len(typed) < SHORTEST_PREFIX:
            raise UsageError(
                f"event {text!r} is too short to mean one event: type at least {SHORTEST_PREFIX} characters of its id"
            )
        found = ledger.events.with_prefix(house.org_id, typed)
    if not found:
        raise NotFound(f"event {text!r} does not exist; list them with: inspect-pipelines events list")
    if len(found) > 1:
        some = ", ".join(f"{event.id} ({event.type})" for event in found[:SHOWN])
        raise Refused(f"event {text!r} is not clear: several events begin so ({some}); type more of the id")
    return found[0]
