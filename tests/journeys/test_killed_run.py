"""kill -9 of the run at every step: nothing lost, nothing stuck, nothing concluded twice, no browser left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import journeys_kill
from inspect_pipelines.examples.shop.server import Shop
from journeys_commands import Project

# While it plays, before it is admitted, and after each write: a kill before a write finds what one after the last write left.
MOMENTS = (0, 1, 2, 4, 6, 8, 10, 12)
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
  - id: nightly
    name: Nightly
    cron: "0 2 * * *"
    timezone: UTC
    playbook: front
    timeout_minutes: 5
    notify:
      on_complete: {slack_channel: "#qa"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "schedules.yaml").write_text(SCHEDULES)
    return Project(tmp_path)


def killed_at(project: Project, moment: int) -> int:
    """Run the tick of one day per moment and return how its process ended."""
    environment = {**project.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, journeys_kill.__file__, "nightly", str(moment + 1), str(moment)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def left_of(project: Project) -> list[str]:
    """Processes that still carry this project's INSPECT_HOME, after a grace of 5 s."""
    for _ in range(50):
        left = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("INSPECT_HOME") == str(project.home):
                    left.append(" ".join(process.cmdline())[:100])
            except psutil.Error:
                continue
        if not left:
            return []
        time.sleep(0.1)
    return left


@pytest.mark.timeout(600)  # a dozen runs, each a process with Dagster and a browser
def test_a_run_killed_at_any_moment_is_concluded_once_and_leaves_no_browser(project: Project) -> None:
    with Shop() as shop:
        (project.root / "playbooks" / "front.yaml").write_text(PLAYBOOK % shop.url)
        project.call("apply", "--yes")
        project.call("run", "nightly", "--wait", expected=1)
        project.call("baselines", "adopt", "nightly")

        codes = []
        for moment in MOMENTS:
            codes.append(killed_at(project, moment))
            # Three dead workers in a row pause a definition; that is another test's story. A listing concludes the dead.
            project.call("runs", "list", "--json")
            project.call("schedules", "resume", "nightly", expected=None)

    assert left_of(project) == []
    runs = json.loads(
        project.call("runs", "--json", "--limit", "100").stdout
    )  # concludes what nobody works on
    assert codes[:7] == [-signal.SIGKILL] * 7, (
        "a moment was never reached, so this test proves less than it says"
    )
    by_day = {run["origin"][-9:-7]: run["status"] for run in runs if run["origin"].startswith("cron:")}
    assert {run["status"] for run in runs} <= {"passed", "error", "needs_review"}
    assert "02" not in by_day, "killed before admit: the tick has left nothing, Dagster asks again"
    facts = json.loads(
        project.call(
            "history", "sql", "--json", "SELECT run_id, status FROM automated_runs ORDER BY run_id"
        ).stdout
    )
    assert [(f["run_id"], f["status"]) for f in facts] == sorted((run["id"], run["status"]) for run in runs)
