"""Replay: a person has an event looked at again; what it starts now are new rows, with origins of their own."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.advance import save_status
from inspect_pipelines.usecases.events.normalise import gated, normalise
from inspect_pipelines.usecases.events.route import decide, triggers_of

ON_ITS_WAY = (EventStatus.RECEIVED, EventStatus.WAITING)


def replay(house: House, event_id: EventId) -> Event:
    """Decide about the event once more; one that could not be read or was ignored is read again from its payload.

    It passes the same gates as a delivery: what is ignored stays ignored, with its reason.

    Returns:
        The event with how far it has come.

    Raises:
        NotFound: There is no such event.
        Refused: It is still on its way, cannot be read now either, or its source is gone.
    """
    with house.ledger.read() as ledger:
        event = ledger.events.find(event_id)
    if event is None:
        raise NotFound(f"event {event_id!r} does not exist; list them with: inspect-pipelines events list")
    again = _through_the_gates(house, event)
    with house.ledger.write() as ledger:
        current = ledger.events.find(event_id)
        if current is None or current.status in ON_ITS_WAY:
            raise Refused(
                f"event {event_id!r} cannot be replayed: it is still on its way, "
                f"{current.status.value if current else 'gone'!r}; wait until it is decided"
            )
        again = replace(again, replay=current.replay)
        if again.status is EventStatus.IGNORED:
            again = replace(again, replay=again.replayed().replay)
            save_status(house, ledger, again)
            return again
        again = again.replayed()
        save_status(house, ledger, again)
        decide(house, ledger, again, triggers_of(ledger))
        return ledger.events.find(event_id) or again


def _through_the_gates(house: House, event: Event) -> Event:
    """The event as its delivery would become one today; what was not read the first time is read again."""
    with house.ledger.read() as ledger:
        sources = {source.id: source for source in ledger.organizations.find().sources}
    if event.source_id not in sources:
        raise Refused(
            f"event {event.id!r} cannot be replayed: organization.yaml has no source {event.source_id!r} any more"
        )
    source = sources[event.source_id]
    if event.status not in (EventStatus.UNREADABLE, EventStatus.IGNORED):
        return gated(replace(event, status=EventStatus.RECEIVED), source)
    delivery = house.inbox.find(house.org_id, event.id)
    if delivery is None:
        if event.status is EventStatus.IGNORED:
            return event
        raise Refused(f"event {event.id!r} cannot be replayed: its payload was pruned")
    read = normalise(delivery, source)
    if read.status is EventStatus.UNREADABLE:
        raise Refused(f"event {event.id!r} still cannot be read: {read.problem}")
    return read
