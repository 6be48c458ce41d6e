"""Events: what sources told, what came of it at each trigger, and the one that a person means."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.answer import Answer
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId, SourceId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries import beginning
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.page import Page, page_of, position_of


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    decision: Answer = field(metadata=FLAT)
    sentence: str


@dataclass(frozen=True, slots=True)
class EventDossier:
    event: Event = field(metadata=FLAT)
    decisions: tuple[DecisionSummary, ...]  # oldest first, those of its replays too


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of looking at an event once more."""

    event_id: EventId
    status: EventStatus
    replay: str  # which time: `r1`, `r2`, ..
    decisions: tuple[DecisionSummary, ...]
    problem: str  # why nothing came of it; empty: something may have


def list_events(
    house: House,
    *,
    status: Collection[EventStatus] | None = None,
    type: str | None = None,  # noqa: A002 - an event's field is called so
    source_id: SourceId | None = None,
    since: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Event]:
    """A page of events, newest first by (received_at, id); None: any."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.events.latest(
            status=status,
            type=type,
            source_id=source_id,
            since=since,
            before=before,
            limit=limit + 1,
        )
    return page_of(found, limit, lambda event: Position(event.received_at, event.id))


def list_decided_events(
    house: House, *, status: EventStatus | None = None, cursor: str | None = None, limit: int = 50
) -> Page[EventDossier]:
    """As `list_events`, each with what came of it; the same few statements however many they are."""
    page = list_events(house, status=[status] if status else None, cursor=cursor, limit=limit)
    with house.ledger.read() as ledger:
        answers = ledger.answers.of_events([one.id for one in page.items])
    return page.of(lambda one: EventDossier(one, tuple(decided(each) for each in answers.get(one.id, ()))))


def payload_of(house: House, event: Event) -> str | None:
    """What its source sent, laid out where it is JSON; None: it is not kept any more."""
    try:
        text = sent_payload(house, event).decode("utf-8", "replace")
    except NotFound:
        return None
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def event_with(house: House, event_id: str) -> EventDossier | None:
    """The event of exactly that id, with what came of it."""
    with house.ledger.read() as ledger:
        event = ledger.events.find(EventId(event_id))
    return show_event(house, event) if event else None


def show_event(house: House, event: Event) -> EventDossier:
    """The event with what came of it."""
    with house.ledger.read() as ledger:
        return EventDossier(event, tuple(decided(one) for one in ledger.answers.of_event(event.id)))


def show_replay(house: House, event: Event) -> Replayed:
    """What came of the event's last replay."""
    with house.ledger.read() as ledger:
        found = [one for one in ledger.answers.of_event(event.id) if one.replay == event.replay]
    return Replayed(event.id, event.status, event.replay, tuple(decided(one) for one in found), event.problem)


def decided(decision: Answer) -> DecisionSummary:
    """A decision with its sentence."""
    return DecisionSummary(decision, decision.sentence())


def sent_payload(house: House, event: Event) -> bytes:
    """What the source sent, byte for byte.

    Raises:
        NotFound: It is not kept any more.
    """
    delivery = house.inbox.find(house.org_id, event.id)
    if delivery is None:
        raise NotFound(
            f"the payload of event {event.id!r} is not kept any more; INSPECT_PAYLOAD_DAYS says for how long they are"
        )
    return delivery.body


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
        if beginning.OF_AN_ID.match(typed) and len(typed) < beginning.SHORTEST:
            raise UsageError(
                f"event {text!r} is too short to mean one event: type at least {beginning.SHORTEST} characters of its id"
            )
        found = ledger.events.with_prefix(typed)
    if not found:
        raise NotFound(f"event {text!r} does not exist; list them with: inspect-pipelines events list")
    if len(found) > 1:
        some = ", ".join(f"{event.id} ({event.type})" for event in found[: beginning.SHOWN])
        raise Refused(f"event {text!r} is not clear: several events begin so ({some}); type more of the id")
    return found[0]
