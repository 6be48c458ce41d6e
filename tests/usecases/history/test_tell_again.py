"""Everything a ledger holds becomes facts once more, and the history takes what it lacks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

import ledger_rows
from builders import NOW, a_run
from history_builders import Home, a_home
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.history.tell_again import PAGE, tell_again

LATER = NOW + timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """With rows in every table, and one run that has ended with pictures and comparisons."""
    home = a_home(tmp_path)
    with home.ledger.write() as session:
        ledger_rows.fill(session)
        assert session.runs.conclude(ledger_rows.RUNNING.concluded(RunStatus.PASSED, "all well", now=LATER))
    with home.ledgers.write() as session:
        session.journal.prune(before=LATER, up_to_seq=1)
    yield home
    home.ledgers.close()


def told(home: Home) -> list[tuple[str, dict]]:
    with home.ledgers.read() as session:
        return [(kind, json.loads(body)) for _, kind, body in session.journal.after(0)]


def tell(home: Home, known=()) -> int:
    return tell_again(
        home.ledgers, known=lambda ids: {*known}, report_url=lambda run_id: f"/reports/{run_id}", at=LATER
    )


def test_each_kind_of_fact_is_told_as_it_is_now(home):
    assert tell(home) == 1

    kinds = [kind for kind, _ in told(home)]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "definition": 2,
        "baseline": 3,
        "run_again": 1,
        "event": 1,
        "incident": 1,
        "notification": 1,
        "forgotten": 1,
    }
    assert kinds[-1] == "forgotten"  # of what was told before it, too
    facts = dict(told(home))
    assert facts["notification"]["notification"]["status"] == "sent"
    assert facts["incident"]["incident"]["id"] == ledger_rows.INCIDENT.id


def test_a_run_is_told_with_all_that_is_kept_of_it(home):
    tell(home)

    run = dict(told(home))["run_again"]
    assert run["run"]["id"] == ledger_rows.RUNNING.id
    assert (run["run"]["verdict"], run["run"]["reasons"]) == ("passed", ["all well"])
    assert run["run"]["report_path"] == f"/reports/{ledger_rows.RUNNING.id}"
    assert len(run["sessions"]) == len(run["comparisons"]) == 1


def test_a_run_that_the_history_knows_and_one_that_is_open_are_not_told(home):
    assert tell(home, known=[ledger_rows.RUNNING.id]) == 0

    assert "run_again" not in dict(told(home))


def test_the_active_baseline_of_a_set_is_told_last(home):
    with home.ledger.write() as session:
        session.baselines.activate(ledger_rows.OLD.id, at=NOW)

    tell(home)

    of_the_set = [one["baseline"] for kind, one in told(home) if kind == "baseline"]
    assert [one["id"] for one in of_the_set if one["set_name"] == ledger_rows.OLD.set][
        -1
    ] == ledger_rows.OLD.id


def test_the_history_that_is_made_of_it_holds_what_the_ledger_does(home):
    runs = home.rows("SELECT run_id, status, verdict, views_count, sessions_count FROM automated_runs")

    assert runs == [(ledger_rows.RUNNING.id, "passed", "passed", 1, 1)]
    assert home.rows("SELECT baseline_id, is_active FROM baselines ORDER BY created_at, baseline_id") == [
        (ledger_rows.OLD.id, False),
        (ledger_rows.LAYER.id, True),
        (ledger_rows.NEW.id, True),
    ]
    assert home.rows("SELECT notification_id, status FROM notifications") == [(ledger_rows.SENT.id, "sent")]
    for table in ("incidents", "events", "schedules", "triggers"):
        assert home.rows(f"SELECT count(*) FROM {table}") == [(1,)]


def test_telling_it_twice_changes_nothing(home):
    before = (
        home.rows("SELECT * EXCLUDE (updated_at) FROM schedules"),
        home.rows("FROM baselines ORDER BY baseline_id"),
    )

    tell(home)
    tell(home)

    assert home.rows("SELECT * EXCLUDE (updated_at) FROM schedules") == before[0]
    assert home.rows("FROM baselines ORDER BY baseline_id") == before[1]
    assert home.rows("SELECT count(*) FROM automated_runs") == [(1,)]
    assert home.rows("SELECT count(*) FROM notifications") == [(1,)]


def test_many_runs_are_told_page_by_page_oldest_first_for_every_organisation(home):
    acme, numbers = OrgId("acme"), range(1, 2 * PAGE + 6)
    with home.ledgers.of(acme).write() as session:
        for number in numbers:
            run = a_run(number, org_id=acme)
            session.runs.request(run)
            session.runs.conclude(run.concluded(RunStatus.ERROR, "broke", now=LATER))

    assert tell(home) == len(numbers) + 1

    runs = [body["run"]["id"] for kind, body in told(home) if kind == "run_again"]
    assert runs == [*(a_run(number).id for number in numbers), ledger_rows.RUNNING.id]
    verdicts = {body["run"]["verdict"] for kind, body in told(home) if kind == "run_again"}
    assert verdicts == {None, "passed"}
