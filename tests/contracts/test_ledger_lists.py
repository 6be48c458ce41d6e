"""Lists of the ledger, newest first and a page at a time; run over SQLite and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import NOW, a_baseline, a_merge, a_run, a_schedule, a_session
from builders_of_incidents import an_incident
from history_builders import a_comparison
from inspect_pipelines.domain.ids import BaselineId, DefinitionId, EventId, IncidentId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.selection import Selection
from messages import a_notification
from resources.ledger.store import SqlLedger

MOMENTS = [NOW, NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]


def an_id(number: int) -> str:
    return f"01900000-0000-7000-8000-{number:012d}"


def a_request(number: int, at: datetime, **changes: Any) -> Any:
    return a_run(number, id=RunId(an_id(number)), requested_at=at, **changes)


LISTS: dict[
    str, tuple[Callable[[Any, int, datetime], Any], Callable[[Any, Position | None, int], list[Any]]]
] = {
    "runs": (
        lambda session, number, at: session.runs.request(a_request(number, at)),
        lambda session, before, limit: session.runs.latest(before=before, limit=limit),
    ),
    "events": (
        lambda session, number, at: session.events.add(
            a_merge(number, id=EventId(an_id(number)), received_at=at)
        ),
        lambda session, before, limit: session.events.latest(before=before, limit=limit),
    ),
    "incidents": (
        lambda session, number, at: session.incidents.save(
            an_incident(id=IncidentId(an_id(number)), opened_at=at)
        ),
        lambda session, before, limit: session.incidents.latest(before=before, limit=limit),
    ),
    "outbox": (
        lambda session, number, at: session.outbox.store(
            a_notification(id=an_id(number), created_at=at, target=f"slack:#{number}")
        ),
        lambda session, before, limit: session.outbox.latest(before=before, limit=limit),
    ),
    "baselines": (
        lambda session, number, at: session.baselines.add(
            a_baseline(id=BaselineId(an_id(number)), created_at=at)
        ),
        lambda session, before, limit: session.baselines.all(before=before, limit=limit),
    ),
}
MOMENT_OF = {
    "runs": "requested_at",
    "events": "received_at",
    "incidents": "opened_at",
    "outbox": "created_at",
    "baselines": "created_at",
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_after_a_known_row_hold_each_row_once_also_of_one_moment(name: str, ledger: SqlLedger) -> None:
    add, page = LISTS[name]
    with ledger.write() as session:
        for number, at in enumerate(MOMENTS):
            add(session, number, at)

    found: list[str] = []
    before = None
    with ledger.read() as session:
        while rows := page(session, before, 2):
            found += [row.id for row in rows]
            before = Position(getattr(rows[-1], MOMENT_OF[name]), rows[-1].id)

    assert found == [an_id(number) for number in (4, 3, 2, 1, 0)]


def test_the_last_runs_of_each_definition_are_those_of_what_is_applied(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        for name in ("a", "b", "never"):
            session.definitions.save(a_schedule(name), by="user:ada", at=NOW)
        for number in range(8):
            name = DefinitionId(("a", "b", "gone", "a")[number % 4])
            session.runs.request(a_request(number, NOW + timedelta(seconds=number), definition_id=name))

    with ledger.read() as session:
        three, one = session.runs.last_of_each(3), session.runs.last_of_each()

    assert {name: [run.id for run in runs] for name, runs in three.items()} == {
        "a": [an_id(7), an_id(4), an_id(3)],
        "b": [an_id(5), an_id(1)],
    }
    assert {name: [run.id for run in runs] for name, runs in one.items()} == {
        "a": [an_id(7)],
        "b": [an_id(5)],
    }


def test_of_runs_of_one_moment_only_so_many_are_the_last(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        session.definitions.save(a_schedule(), by="user:ada", at=NOW)
        for number in range(4):
            session.runs.request(a_request(number, NOW))

    with ledger.read() as session:
        (found,) = session.runs.last_of_each(2).values()

    assert [run.id for run in found] == [an_id(3), an_id(2)]


def test_runs_are_found_by_many_dagster_runs_at_once(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        for number in (1, 2, 3):
            run = session.runs.request(a_request(number, NOW))
            assert session.runs.claim(run.claimed(f"d{number}", now=NOW), allow_overlap=True)

    with ledger.read() as session:
        found, none = (
            session.runs.of_dagster_runs(["d1", "d3", "d9"]),
            session.runs.of_dagster_runs([]),
        )

    assert {name: run.id for name, run in found.items()} == {"d1": an_id(1), "d3": an_id(3)}
    assert none == {}


def test_evidence_is_found_for_many_runs_at_once(ledger: SqlLedger) -> None:
    one, two, three = (RunId(an_id(number)) for number in (1, 2, 3))
    with ledger.write() as session:
        for number in (1, 2, 3):
            session.runs.request(a_request(number, NOW))
        for name in ("b", "a"):
            session.evidence.save_session(one, a_session(id=name, playbook=name))
        session.evidence.save_session(three, a_session(id="c"))
        session.evidence.save_comparisons(one, [a_comparison("home"), a_comparison("pay")])

    with ledger.read() as session:
        sessions = session.evidence.sessions_of([one, two])
        comparisons = session.evidence.comparisons_of([one, two])
        runs = session.runs.of([one, RunId("none")])

    assert {name: [each.playbook for each in found] for name, found in sessions.items()} == {one: ["b", "a"]}
    assert {name: [each.view.name for each in found] for name, found in comparisons.items()} == {
        one: ["home", "pay"]
    }
    assert [*runs] == [one]


def test_what_people_decided_is_found_for_many_runs_at_once(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        for number, decision in ((1, "rejected"), (2, "adopted"), (1, "adopted")):
            session.reviews.append(RunId(an_id(number)), decision, by="user:ada", detail="", at=NOW)

    with ledger.read() as session:
        found = session.reviews.of_runs([RunId(an_id(1)), RunId(an_id(3))])

    assert found == {an_id(1): [("rejected", "user:ada", ""), ("adopted", "user:ada", "")]}


def test_a_run_keeps_the_part_of_its_plan_and_lists_may_hold_whole_ones_only(ledger: SqlLedger) -> None:
    part = a_request(1, NOW, selection=Selection(views=("home",), viewports=("phone", "desktop")))
    whole = a_request(2, NOW - timedelta(hours=1))
    with ledger.write() as session:
        session.runs.request(part)
        session.runs.request(whole)

    with ledger.read() as session:
        assert session.runs.find(part.id) == part
        assert session.runs.latest() == [part, whole]
        assert session.runs.latest(only_whole=True) == [whole]
