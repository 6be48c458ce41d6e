"""Past times of a schedule, run in a real browser because a person asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from journeys_up import held_site, write_project


def test_past_times_run_one_after_another_and_never_twice(tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=2), today - timedelta(days=1)]
    with held_site() as site:
        project = write_project(tmp_path, site.url, "front")
        project.does("apply", "--yes")
        project.does("schedules", "pause", "front", "--reason", "a person may all the same")
        span = f"{days[0]:%Y-%m-%d}..{days[1]:%Y-%m-%d}"

        done = project.call("schedules", "backfill", "front", span, "--yes", expected=1)
        again = project.call("schedules", "backfill", "front", span, "--yes")

    runs = project.asked("runs")
    assert [run["origin"] for run in reversed(runs)] == [
        f"request:backfill:front:{day:%Y-%m-%d}T02:00Z" for day in days
    ]
    assert {run["status"] for run in runs} == {"needs_review"}, "overlap would have skipped the second"
    first, second = (datetime.fromisoformat(run["claimed_at"]) for run in reversed(runs))
    assert datetime.fromisoformat(runs[1]["completed_at"]) <= second, "one after another"
    assert first < second
    ends = [line.split("  ")[0] for line in done.stdout.splitlines() if "needs review" in line]
    assert ends == ["? needs review"] * 2
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("run ")] == [
        run["id"] for run in reversed(runs)
    ], "what each of them plays is told while it does"
    assert again.stdout.count("has run already") == 2
    assert again.stdout.endswith("0 to run\n")
