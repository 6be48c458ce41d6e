"""What it is all for: a cron tick, taken by Dagster's daemon, opens a real browser by itself."""

from __future__ import annotations

import re
from pathlib import Path

from journeys_up import held_site, up, write_project
from patience import until

EVERY_MINUTE = re.compile(r"^cron:nightly:\d{4}-\d\d-\d\dT\d\d:\d\dZ$")


def test_a_schedule_ticks_by_itself_and_its_run_lands_in_duckdb(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "nightly")
        schedules = tmp_path / "schedules.yaml"
        schedules.write_text(schedules.read_text().replace("0 2 * * *", "* * * * *"))
        project.does("apply", "--yes")

        with up(project, "--no-ui"):
            until(lambda: ended(project), seconds=180)

            runs = project.asked("runs")
            query = "SELECT run_id, status, screenshots_count FROM automated_runs"
            rows = project.asked("history", "sql", query)

    ticked = [run for run in runs if EVERY_MINUTE.match(run["origin"])]
    assert len({run["origin"] for run in ticked}) == len(ticked) == len(runs)
    first = ticked[-1]
    assert (first["status"], first["requested_by"]) == ("needs_review", "schedule")
    assert {"run_id": first["id"], "status": "needs_review", "screenshots_count": 1} in rows


def ended(project) -> bool:
    """Whether the first one has: where it takes more than a minute, the second is skipped before that."""
    runs = project.asked("runs")
    return bool(runs) and runs[-1]["status"] not in ("pending", "running")
