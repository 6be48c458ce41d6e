"""Facts that are not kept any longer: gone by whole months, sums stay, and nothing tells them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import NOW, a_merge, a_run
from history_builders import Home, a_failed_run, facts_of
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.facts.event import event_facts
from inspect_pipelines.facts.forgotten import FORGOTTEN, forgotten_facts
from inspect_pipelines.ports.history import OldFacts
from resources.history.live import up_to_forgetting

NOVEMBER = datetime(2024, 11, 1, tzinfo=UTC)
OLD = {1: NOVEMBER - timedelta(days=40), 2: NOVEMBER - timedelta(seconds=1)}
KEPT = {3: NOVEMBER, 4: NOW}


def ended(home: Home, at: dict[int, datetime]) -> None:
    for number, when in at.items():
        run = replace(
            a_failed_run(number, requested_at=when), claimed_at=when, deadline_at=when, completed_at=when
        )
        with home.ledger.write() as session:
            session.runs.request(replace(run, status=RunStatus.RUNNING, completed_at=None, reason=""))
            assert session.runs.conclude(run)
            session.journal.append("run", facts_of(run), at=home.clock.now())
            event = replace(a_merge(number), received_at=when)
            session.journal.append("event", event_facts(event), at=home.clock.now())


def forgot(home: Home, *ends: datetime) -> None:
    """What a sweep stores."""
    for before in ends:
        with home.ledger.write() as session:
            session.expiry.forget_facts(before=before)
            session.journal.append(FORGOTTEN, forgotten_facts(DEFAULT_ORG, before), at=home.clock.now())


def held(home: Home) -> dict[str, Any]:
    """Rows a table, for people."""
    tables = ("automated_runs", "sessions", "comparisons", "screenshots", "findings", "events")
    ((runs, *counts),) = home.rows(
        "SELECT (SELECT list(run_id ORDER BY run_id) FROM automated_runs), "
        + ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
    )
    ((days, of_runs),) = home.rows("SELECT count(*), sum(runs_count)::INTEGER FROM daily_rollup")
    return {"runs": runs, **dict(zip(tables, counts, strict=True)), "days": days, "summed": of_runs}


@pytest.fixture
def years(home: Home) -> Home:
    """Two runs before November 2024, one at its first moment, one now."""
    with home.ledger.write() as session:
        session.organizations.save(Organization(DEFAULT_ORG), at=NOW)
    ended(home, OLD | KEPT)
    return home


def ids(*numbers: int) -> list[str]:
    return sorted(a_run(number).id for number in numbers)


def test_what_is_forgotten_leaves_every_table_and_the_published_copy_but_not_the_sums(years: Home) -> None:
    before = held(years)
    orphans = "SELECT count(*) FROM internal.comparisons ANTI JOIN internal.automated_runs USING (run_seq)"

    forgot(years, NOVEMBER)
    after = held(years)

    assert before["runs"] == ids(1, 2, 3, 4)
    assert after["runs"] == ids(3, 4)
    halved = ("automated_runs", "sessions", "comparisons", "screenshots", "findings", "events")
    assert {name: after[name] * 2 for name in halved} == {name: before[name] for name in halved}
    assert (after["days"], after["summed"]) == (before["days"], before["summed"]) == (4, 4)
    assert years.rows(orphans) == [(0,)]
    assert years.rows("SELECT count(*) FROM schedule_last_run") == [(1,)]


def test_what_would_go_is_counted_before(years: Home) -> None:
    nothing_yet = years.history.old_facts(DEFAULT_ORG, NOVEMBER)
    years.history.drain()

    old = years.history.old_facts(DEFAULT_ORG, NOVEMBER)

    assert nothing_yet == OldFacts()
    assert (old.months, old.runs) == (
        (datetime(2024, 9, 1, tzinfo=UTC), datetime(2024, 10, 1, tzinfo=UTC)),
        2,
    )
    assert old.ends == (datetime(2024, 10, 1, tzinfo=UTC), NOVEMBER)
    assert 0 < old.size_bytes < years.history.places.snapshot.stat().st_size
    forgot(years, *old.ends)
    years.history.drain()
    assert years.history.old_facts(DEFAULT_ORG, NOVEMBER) == OldFacts()


@pytest.mark.parametrize("lost", ["live", "live and snapshot", "everything"])
def test_a_history_that_is_made_anew_does_not_bring_them_back(years: Home, lost: str) -> None:
    forgot(years, NOVEMBER)
    kept = held(years)
    places = years.history.places

    places.live.write_bytes(b"damaged" * 4096)
    if lost != "live":
        places.snapshot.write_bytes(b"damaged" * 4096)
    if lost == "everything":
        places.published.write_bytes(b"damaged" * 4096)
    years.history.rebuild()

    assert held(years)["runs"] == kept["runs"] == ids(3, 4)
    assert (held(years)["days"], held(years)["summed"]) == (4, 4)


def test_a_ledger_restored_from_before_cannot_tell_them_again(years: Home) -> None:
    years.history.drain()
    forgot(years, NOVEMBER)
    kept = held(years)

    for number in OLD:  # as a ledger tells again that does not know what was forgotten
        run = replace(a_failed_run(number), completed_at=OLD[number])
        years.tell("run_again", facts_of(run))

    assert held(years) == kept


def test_of_what_comes_after_nothing_is_forgotten_and_an_earlier_month_takes_nothing_back(
    years: Home,
) -> None:
    forgot(years, NOVEMBER, NOVEMBER - timedelta(days=61))

    ended(years, {5: NOW + timedelta(minutes=1)})

    assert held(years)["runs"] == ids(3, 4, 5)
    assert years.rows("SELECT before FROM internal.forgotten") == [(NOVEMBER,)]
    with years.ledger.read() as session:
        assert session.expiry.facts_forgotten() == NOVEMBER


def test_each_month_is_a_batch_of_its_own() -> None:
    rows = [(1, "run", "{}"), (2, FORGOTTEN, "{}"), (3, FORGOTTEN, "{}"), (4, "run", "{}")]

    assert [len(up_to_forgetting(rows[at:])) for at in (0, 2, 3)] == [2, 1, 1]
