"""A run in front of a page that does not come, its cancelling, and what is asked of it afterwards."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime

from journeys_commands import Project
from journeys_up import HeldSite
from patience import until


def started(project: Project, site: HeldSite, definition: str = "front") -> str:
    """A run that stands in the middle of its playbook, in front of a page that does not come."""
    asked = site.asked
    site.gate.clear()
    run_id: str = project.asked("run", definition)["id"]
    until(lambda: site.asked > asked, 120)
    return run_id


def stored(project: Project, run_id: str) -> dict[str, object]:
    run: dict[str, object] = project.asked("runs", "show", run_id)
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
    facts = project.asked("history", "sql", f"SELECT status FROM automated_runs WHERE run_id = '{run_id}'")
    assert facts == [{"status": "cancelled"}], "concluded once"
    events = project.does("runs", "logs", run_id, "--events")
    assert events.splitlines()[-1].endswith('Execution of run for "front" canceled.'), events
