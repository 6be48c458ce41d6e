"""A person ends a run that plays in a real browser: within two seconds, and nothing of it is left."""

from __future__ import annotations

from pathlib import Path

import psutil

from journeys_cancel import assert_it_is_a_whole_cancel, seconds_to_cancel, started, stored
from journeys_commands import Project
from journeys_up import held_site, write_project
from patience import allowed, until


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


def test_a_run_in_a_process_of_its_own_is_cancelled_within_two_seconds_and_its_processes_are_gone(
    tmp_path: Path,
) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.does("apply", "--yes")
        run_id = started(project, site)
        assert any("chrom" in name for name in family(project)), "a real browser plays"

        took = seconds_to_cancel(project, run_id)

        # the command returns when nobody holds the run's lock; Python may take a moment more to end
        until(lambda: family(project) == [], 10)
    assert took < allowed(2)
    assert_it_is_a_whole_cancel(project, run_id)
    again = project.call("runs", "cancel", run_id)
    assert "was cancelled before" in again.stdout
    watched = project.call("runs", "watch", run_id, expected=3)
    assert "- cancelled  front" in watched.stdout


def test_a_worker_that_does_not_listen_is_concluded_all_the_same_and_killed(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.does("apply", "--yes")
        run_id = started(project, site)
        worker = worker_of(project, run_id)
        worker.suspend()  # deaf to its ledger and to signals

        took = seconds_to_cancel(project, run_id)

        assert took < allowed(2)
        until(lambda: family(project) == [], 10)
    run = stored(project, run_id)
    assert run["status"] == "cancelled"
    assert run["report_is_written"]


def worker_of(project: Project, run_id: str) -> psutil.Process:
    run = stored(project, run_id)
    lock = project.home / "run" / "workers" / f"{run['dagster_run_id']}.lock"
    return psutil.Process(int(lock.read_text()))
