"""`eval "$(inspect-pipelines env)"; dagster job launch -j NAME` with nothing else running."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg

from inspect_pipelines.examples.shop.server import Shop
from journeys_commands import Project
from patience import until

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: front, name: Front page}
spec:
  base_url: "%s"
  steps:
    - {id: home, name: Home, actions: [{goto: /}, {screenshot: home}]}
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - id: nightly-checkout
    name: Nightly checkout
    cron: "0 2 * * *"
    timezone: America/New_York
    playbook: front
    repo: acme-corp/frontend
    timeout_minutes: 30
"""
LAUNCH = """
set -eu
eval "$({scripts}/inspect-pipelines env)"
{scripts}/dagster job launch -j nightly_checkout
"""


def test_a_job_launched_by_dagsters_own_command_line_lands_in_duckdb(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "schedules.yaml").write_text(SCHEDULES)
    with Shop() as shop:
        (tmp_path / "playbooks" / "front.yaml").write_text(PLAYBOOK % shop.url)
        project.does("apply", "--yes")
        script = LAUNCH.format(scripts=Path(sys.executable).parent)

        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=project.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        run = ended(project)
    assert run["status"] == "needs_review"
    assert run["origin"] == f"dagster:{run['dagster_run_id']}"
    rows = project.asked("history", "sql", "SELECT run_id, status, screenshots_count FROM automated_runs")
    assert rows == [{"run_id": run["id"], "status": "needs_review", "screenshots_count": 1}]
    dagster_run = in_dagster(project, run["dagster_run_id"])
    assert dagster_run.tags[".dagster/inspect.definition"] == "nightly-checkout"
    assert dagster_run.tags[".dagster/inspect.repo"] == "acme-corp/frontend"
    assert dagster_run.tags["inspect/run"] == run["id"]


def ended(project: Project) -> dict[str, str]:
    """The one run, when it has ended; `dagster job launch` returns as soon as it has begun."""
    runs: list[dict[str, str]] = []

    def is_ended() -> bool:
        runs[:] = project.asked("runs")
        return bool(runs) and runs[0]["status"] not in ("pending", "running")

    until(is_ended, 120)
    return runs[0]


def in_dagster(project: Project, dagster_run_id: str) -> dg.DagsterRun:
    """Dagster's side of the run, once its last op has written its end."""
    with dg.DagsterInstance.from_config(str(project.home / "dagster")) as instance:
        until(lambda: (run := instance.get_run_by_id(dagster_run_id)) and run.is_finished)
        run = instance.get_run_by_id(dagster_run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.SUCCESS
        return run
