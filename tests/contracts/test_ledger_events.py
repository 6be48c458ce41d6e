"""What every ledger keeps of events; run over SQLite and a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, an_event
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import EventId, SourceId
from inspect_pipelines.errors import NotFound
from resources.ledger.store import SqlLedger


def test_an_event_is_found_as_it_was_added(ledger: SqlLedger) -> None:
    event = an_event(
        event_time=NOW,
        paths=("src/pay.ts", "src/é\N{CHAIR}.ts"),
        data={"deep": [{"x": None}, 1.5, True], "n": 2**70},
        text="\N{WAVING HAND SIGN} hello",
    )

    with ledger.write() as session:
        assert session.events.add(event)

    with ledger.read() as session:
        assert session.events.find(event.id) == event
        assert session.events.find(EventId("never")) is None


def test_an_event_is_added_once_and_the_first_one_stays(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        session.events.add(an_event())

        assert not session.events.add(an_event(title="Another"))

    with ledger.read() as session:
        assert session.events.find(an_event().id) == an_event()


def test_a_saved_event_has_its_new_status_everywhere(ledger: SqlLedger) -> None:
    decided = replace(an_event(), status=EventStatus.DECIDED, paths=("a.ts",))
    with ledger.write() as session:
        session.events.add(an_event())

        session.events.save(decided)

    with ledger.read() as session:
        assert session.events.find(decided.id) == decided
        assert session.events.with_status(EventStatus.RECEIVED) == []
        assert session.events.with_status(EventStatus.DECIDED) == [decided]


def test_saving_an_event_that_was_never_added_is_an_error(ledger: SqlLedger) -> None:
    with ledger.write() as session, pytest.raises(NotFound, match="was never taken in"):
        session.events.save(an_event())


def test_events_are_handed_out_by_status_oldest_first(ledger: SqlLedger) -> None:
    events = [
        an_event(3),
        an_event(1, status=EventStatus.WAITING),
        an_event(2),
        an_event(4, status=EventStatus.IGNORED),
    ]
    with ledger.write() as session:
        for event in events:
            session.events.add(event)

    with ledger.read() as session:
        both = session.events.with_status(EventStatus.RECEIVED, EventStatus.WAITING)
        assert [event.id for event in both] == [an_event(n).id for n in (1, 2, 3)]
        assert len(session.events.with_status(EventStatus.RECEIVED, limit=1)) == 1


def test_the_latest_events_are_filtered_by_status_type_source_and_time(ledger: SqlLedger) -> None:
    events = [
        an_event(1),
        an_event(2, type="push"),
        an_event(3, status=EventStatus.UNREADABLE),
        an_event(4, source_id=SourceId("deploys")),
    ]
    with ledger.write() as session:
        for event in events:
            session.events.add(event)

    with ledger.read() as session:

        def numbers(**filters: object) -> list[int]:
            return [int(event.id[-2:]) for event in session.events.latest(**filters)]

        assert numbers() == [4, 3, 2, 1]
        assert numbers(limit=2) == [4, 3]
        assert numbers(status=EventStatus.UNREADABLE) == [3]
        assert numbers(status=[EventStatus.UNREADABLE, EventStatus.RECEIVED]) == [4, 3, 2, 1]
        assert numbers(type="push") == [2]
        assert numbers(source_id=SourceId("deploys")) == [4]
        assert numbers(since=NOW + timedelta(seconds=3)) == [4, 3]


def test_an_event_is_named_by_the_beginning_of_its_id(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        session.events.add(an_event(1))
        session.events.add(an_event(20))

    with ledger.read() as session:
        assert len(session.events.with_prefix("01900000")) == 2
        assert session.events.with_prefix(an_event(20).id[:-1]) == [an_event(20)]
        assert session.events.with_prefix("%") == []
