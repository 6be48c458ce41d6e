"""A person ends a run that plays in a real browser: within two seconds, and nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from journeys_commands import Project
from journeys_up import HeldSite, Up, held_site, up, write_project
from patience import until

UNDER_TWO_SECONDS = 2.0


def family(project: Project) -> list[str]:
    """Every living process of this home: the run's worker carries it, driver and Chromium a session's folder in it."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = any(value.startswith(str(project.home)) for value in process.environ().values())
            if is_ours and process.status() != "zombie":
                found.append(process.name())
        except psutil.Error:
            continue
    return found


def started(project: Project, site: HeldSite) -> str:
    """A run that stands in the middle of its playbook, in front of a page that does not come."""
    asked = site.asked
    site.gate.clear()
    run = json.loads(project.call("run", "front", "--json").stdout)
    until(lambda: site.asked > asked, 90)
    run_id: str = run["id"]
    return run_id


def stored(project: Project, run_id: str) -> dict[str, object]:
    run: dict[str, object] = json.loads(project.call("runs", "show", run_id, "--json").stdout)
    return run


def seconds_to_cancel(project: Project, run_id: str) -> float:
    """From the stored wish to the stored end; starting a Python process is the machine's business (0.7 s on an idle one)."""
    project.call("runs", "cancel", run_id[:13], "--reason", "a deploy")
    run = stored(project, run_id)
    assert (run["status"], run["reason"].partition(": ")[2]) == ("cancelled", "a deploy")
    with contextlib.closing(sqlite3.connect(project.home / "ledger.db")) as ledger:
        ((wished_at,),) = ledger.execute(
            "SELECT decided_at FROM review_decisions WHERE run_id = ?", (run_id,)
        )
    wished = datetime.fromisoformat(wished_at).replace(tzinfo=UTC)
    return (datetime.fromisoformat(run["completed_at"]) - wished).total_seconds()


def assert_it_is_a_whole_cancel(project: Project, run_id: str) -> None:
    run = stored(project, run_id)
    (session,) = run["sessions"]
    assert (session["status"], session["error"]) == ("cancelled", "cancelled in step 'home' (desktop)")
    assert run["report_is_written"], "what was seen until then is kept"
    facts = project.call(
        "history", "sql", "--json", f"SELECT status FROM automated_runs WHERE run_id = '{run_id}'"
    )
    assert json.loads(facts.stdout) == [{"status": "cancelled"}], "concluded once"
    events = project.call("runs", "logs", run_id, "--events").stdout
    assert events.splitlines()[-1].endswith('Execution of run for "front" canceled.'), events


def test_a_run_in_a_process_of_its_own_is_cancelled_within_two_seconds_and_its_processes_are_gone(
    tmp_path: Path,
) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.call("apply", "--yes")
        run_id = started(project, site)
        assert any("chrom" in name for name in family(project)), "a real browser plays"

        took = seconds_to_cancel(project, run_id)

        assert family(project) == [], "the command returns when they are gone"
    assert took < UNDER_TWO_SECONDS
    assert_it_is_a_whole_cancel(project, run_id)
    again = project.call("runs", "cancel", run_id)
    assert "was cancelled before" in again.stdout
    watched = project.call("runs", "watch", run_id, expected=3)
    assert "- cancelled  front" in watched.stdout


@pytest.mark.timeout(300)
def test_a_run_under_up_is_cancelled_within_two_seconds_and_can_be_retried(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.call("apply", "--yes")
        with up(project, "--port", "18931") as running:
            run_id = started(project, site)
            before = browsers(running)

            took = seconds_to_cancel(project, run_id)

            assert before
            until(lambda: not browsers(running), 5)
            assert_it_is_a_whole_cancel(project, run_id)
            run = stored(project, run_id)
            assert run["dagster_url"] == f"{running.state['ui_url']}/runs/{run['dagster_run_id']}"
            site.gate.set()
            retried = project.call("runs", "retry", run_id, "--wait", "--json", expected=1)
    assert took < UNDER_TWO_SECONDS
    second = json.loads(retried.stdout)
    assert (second["status"], second["retry_of"]) == ("needs_review", run_id)
    assert second["origin"] == f"retry:{run_id}:1"


def test_a_worker_that_does_not_listen_is_concluded_all_the_same_and_killed(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.call("apply", "--yes")
        run_id = started(project, site)
        worker = worker_of(project, run_id)
        worker.suspend()  # deaf to its ledger and to signals

        took = seconds_to_cancel(project, run_id)

        assert took < UNDER_TWO_SECONDS
        until(lambda: family(project) == [], 5)
    run = stored(project, run_id)
    assert run["status"] == "cancelled"
    assert run["report_is_written"]


def browsers(running: Up) -> list[psutil.Process]:
    return [process for process in running.family() if "chrom" in process.name()]


def worker_of(project: Project, run_id: str) -> psutil.Process:
    run = stored(project, run_id)
    lock = project.home / "run" / "workers" / f"{run['dagster_run_id']}.lock"
    return psutil.Process(int(lock.read_text()))
