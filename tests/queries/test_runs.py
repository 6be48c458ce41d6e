"""The list of runs: one order over a real ledger and a real DuckDB, however far the one is behind the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from builders import NOW, a_plan, a_run, a_schedule
from history_builders import facts_of
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.runs import list_runs
from resources.history.store import DuckHistory
from resources.ledger.tables import runs

SHOP, OTHER = DefinitionId("nightly-shop"), DefinitionId("other")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    return replace(house, history=DuckHistory(tmp_path, house.ledgers, house.clock))


def requested(house: House, number: int, **changes: object) -> Run:
    at = NOW + timedelta(minutes=number)
    run = a_run(number, **({"requested_at": at, "nominal_at": at} | changes))
    with house.ledger.write() as ledger:
        return ledger.runs.request(run)


def ended(house: House, number: int, status: RunStatus = RunStatus.FAILED, **changes: object) -> Run:
    pending = requested(house, number, **changes)
    run = pending.claimed(f"d{number}", now=pending.requested_at).concluded(
        status, "because", now=pending.requested_at + timedelta(seconds=30)
    )
    with house.ledger.write() as ledger:
        ledger.runs.claim(pending.claimed(f"d{number}", now=pending.requested_at))
        ledger.runs.conclude(run)
        ledger.journal.append("run", facts_of(run, comparisons=1), at=NOW)
    return run


def forget(house: House, *forgotten: Run) -> None:
    """As an ever growing ledger will: what is published need not stay."""
    with house.ledgers.database.write() as connection:  # type: ignore[attr-defined]
        connection.execute(sa.delete(runs).where(runs.c.id.in_([run.id for run in forgotten])))


def ids(house: House, **filters: object) -> list[RunId]:
    return [run.id for run in list_runs(house, **filters).items]  # type: ignore[arg-type]


def test_what_only_the_history_knows_follows_what_the_ledger_has(house: House) -> None:
    old, kept, lagging = ended(house, 1), ended(house, 2), None
    house.history.drain()
    lagging = ended(house, 3)
    pending = requested(house, 4)
    forget(house, old)

    found = ids(house)

    assert found == [pending.id, lagging.id, kept.id, old.id]


def test_a_run_of_the_history_is_shown_as_the_ledger_showed_it(house: House) -> None:
    run = ended(house, 1)
    before = list_runs(house).items
    house.history.drain()
    forget(house, run)

    (after,) = list_runs(house).items

    assert after == replace(before[0], variables=None)  # of a schedule's run the history keeps none
    assert after.took_seconds == 30.0


def test_without_a_history_the_ledger_is_the_list(house: House) -> None:
    run = ended(house, 1)

    page = list_runs(house)

    assert [one.id for one in page.items] == [run.id]
    assert (page.next_cursor, page.problem) == (None, "")


def test_a_history_that_cannot_be_read_is_told_beside_what_there_is(house: House) -> None:
    run = ended(house, 1)
    house.history.drain()
    for file in (house.history.places.live, house.history.places.snapshot):  # type: ignore[attr-defined]
        file.write_bytes(b"no database")

    page = list_runs(house)

    assert [one.id for one in page.items] == [run.id]
    assert page.problem.startswith("older runs may be missing: the run history")
    assert "inspect-pipelines history rebuild" in page.problem


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_hold_every_run_once_and_in_order_wherever_it_is_kept(house: House, limit: int) -> None:
    everyone = [ended(house, number) for number in range(12)]
    house.history.drain()
    forget(house, *everyone[:5])
    everyone += [ended(house, number) for number in range(12, 16)]
    everyone += [
        requested(house, number, requested_at=NOW + timedelta(minutes=16)) for number in (16, 17, 18)
    ]

    found: list[RunId] = []
    cursor = None
    while True:
        page = list_runs(house, cursor=cursor, limit=limit)
        found += [run.id for run in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert found == [run.id for run in reversed(everyone)]


def test_a_new_run_does_not_shift_the_next_page(house: House) -> None:
    everyone = [ended(house, number) for number in range(4)]
    page = list_runs(house, limit=2)
    requested(house, 9)

    rest = ids(house, cursor=page.next_cursor, limit=2)

    assert rest == [everyone[1].id, everyone[0].id]


def test_filters_hold_for_both_stores(house: House) -> None:
    chance = Random(7)
    everyone = []
    for number in range(12):
        status = chance.choice([RunStatus.PASSED, RunStatus.FAILED])
        everyone.append(ended(house, number, status, definition_id=chance.choice([SHOP, OTHER])))
    house.history.drain()
    forget(house, *everyone[:8])
    since = NOW + timedelta(minutes=3)

    found = ids(house, definition_id=SHOP, status=[RunStatus.FAILED], since=since)

    wanted = [
        run.id
        for run in reversed(everyone)
        if run.definition_id == SHOP and run.status is RunStatus.FAILED and run.requested_at >= since
    ]
    assert found == wanted
    assert 0 < len(wanted) < 12


def test_another_organisations_runs_are_in_neither_part(house: House) -> None:
    strange = a_run(1, org_id=OrgId("elsewhere"))
    run = strange.claimed("d1", now=NOW).concluded(RunStatus.FAILED, "because", now=NOW)
    with house.ledger.write() as ledger:
        ledger.journal.append("run", facts_of(run, comparisons=1), at=NOW)
    house.history.drain()

    assert ids(house) == []


def test_a_persons_last_word_stands_beside_the_run(house: House) -> None:
    run = ended(house, 1)
    with house.ledger.write() as ledger:
        for decision in ("rejected", "adopted"):
            ledger.reviews.append(run.id, decision, by="user:ada", detail="", at=NOW)

    (shown,) = list_runs(house).items

    assert shown.reviewed_as == "adopted"


def test_a_cursor_of_no_page_is_refused(house: House) -> None:
    with pytest.raises(UsageError, match="cursor 'x' cannot be read"):
        list_runs(house, cursor="x")


FILTERED = {
    "kind": ({"kind": "trigger"}, [3, 2]),
    "until": ({"until": NOW + timedelta(minutes=2)}, [1]),
    "an event's repository": ({"repo": "acme/shop"}, [2]),
    "an event's branch": ({"branch": "release"}, [2]),
    "the branch that a pull request would merge": ({"branch": "feature/pay"}, [3]),
    "an event's environment": ({"environment": "staging"}, [3]),
    "two at once": ({"branch": "release", "environment": "staging"}, []),
    "nothing of that name": ({"branch": "relea_e"}, []),
}


@pytest.mark.parametrize("is_past", [False, True], ids=["ledger", "history"])
@pytest.mark.parametrize("name", FILTERED)
def test_runs_are_filtered_alike_in_the_ledger_and_in_the_history(
    house: House, name: str, is_past: bool
) -> None:
    of_event = {"definition_kind": "trigger", "definition_id": OTHER}
    runs = [
        ended(house, 1),
        ended(house, 2, **of_event, variables={"repo": "acme/shop", "base_branch": "release"}),
        ended(house, 3, **of_event, variables={"environment": "staging", "head_branch": "feature/pay"}),
    ]
    if is_past:
        house.history.drain()
        forget(house, *runs)
    filters, numbers = FILTERED[name]

    assert ids(house, **filters) == [runs[number - 1].id for number in numbers]  # type: ignore[attr-defined]


def test_a_run_of_no_event_is_about_what_its_plan_says(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(repo="acme/shop", branch="main")), a_schedule("other", plan=a_plan()))
    of_plan, _ = ended(house, 1), ended(house, 2, definition_id=OTHER)
    of_event = ended(house, 3, variables={"base_branch": "release"})

    assert ids(house, branch="main") == [of_plan.id]
    assert ids(house, branch="release") == [of_event.id]
    assert ids(house, repo="acme/shop") == [of_event.id, of_plan.id]
