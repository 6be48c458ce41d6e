"""kill -9 of the run at every step: nothing lost, nothing stuck, nothing concluded twice, no browser left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

import journeys_kill
from inspect_pipelines.examples.shop.server import Shop
from journeys_commands import COMMAND, Project
from loopback_site.server import Site
from patience import until
from processes import lives

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
TIDY = """\
apiVersion: v1
kind: Playbook
metadata: {id: front, name: Front page}
spec:
  base_url: "%s"
  setup: {actions: [{request: {method: POST, url: /echo}}]}
  steps:
    - id: home
      timeout: 10m
      actions: [{goto: /order}, {expect_text: it is here}, {screenshot: home}]
  teardown: {actions: [{request: {method: DELETE, url: /order}}]}
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
    timeout_minutes: 30
    notify:
      on_complete: {slack_channel: "#qa"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "schedules.yaml").write_text(SCHEDULES)
    return Project(tmp_path)


@contextmanager
def killing(project: Project) -> Iterator[Callable[[int], int]]:
    """What runs the tick of one day per moment and returns how its process ended."""
    process = subprocess.Popen(
        [sys.executable, journeys_kill.__file__, "nightly"],
        env={**project.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def killed_at(moment: int) -> int:
            print(moment + 1, moment, file=stdin, flush=True)
            code = int(stdout.readline())
            assert code in (0, -signal.SIGKILL)
            return code

        yield killed_at


def left_of(project: Project) -> list[str]:
    """Processes that still carry this project's INSPECT_HOME."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("INSPECT_HOME") == str(project.home):
                left.append(" ".join(process.cmdline())[:100])
    return left


def test_a_run_killed_at_any_moment_is_concluded_once_and_leaves_no_browser(project: Project) -> None:
    with Shop() as shop:
        (project.root / "playbooks" / "front.yaml").write_text(PLAYBOOK % shop.url)
        project.does("apply", "--yes")
        project.does("run", "nightly", "--wait", expected=1)
        project.does("baselines", "adopt", "nightly")

        codes = []
        with killing(project) as killed_at:
            for moment in MOMENTS:
                codes.append(killed_at(moment))
                project.asked("runs", "list")  # concludes the dead
                # Three dead workers in a row pause a definition; that is another test's story.
                project.here("schedules", "resume", "nightly")

    until(lambda: not left_of(project), 10)
    runs = project.asked("runs", "--limit", "100")  # concludes what nobody works on
    assert codes[:7] == [-signal.SIGKILL] * 7, (
        "a moment was never reached, so this test proves less than it says"
    )
    by_day = {run["origin"][-9:-7]: run["status"] for run in runs if run["origin"].startswith("cron:")}
    assert {run["status"] for run in runs} <= {"passed", "error", "needs_review"}
    assert "02" not in by_day, "killed before admit: the tick has left nothing, Dagster asks again"
    facts = project.asked("history", "sql", "SELECT run_id, status FROM automated_runs ORDER BY run_id")
    assert [(f["run_id"], f["status"]) for f in facts] == sorted((run["id"], run["status"]) for run in runs)


def test_what_a_killed_run_had_begun_is_tidied_up_once_by_the_next_one_and_told_as_late(
    project: Project,
) -> None:
    site = Site()
    site.serve("/order", "<h1>not yet</h1>")
    (project.root / "playbooks" / "front.yaml").write_text(TIDY % site.url)
    project.does("apply", "--yes")
    command = [COMMAND, "run", "nightly", "--wait"]
    with subprocess.Popen(
        command, cwd=project.root, env=project.environment, stdout=subprocess.DEVNULL
    ) as run:
        until(lambda: "/order" in site.requests)
        killed = [*psutil.Process(run.pid).children(recursive=True), psutil.Process(run.pid)]
        for process in killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    until(lambda: not left_of(project) and not any(map(lives, killed)))
    assert site.requests.count("DELETE /order") == 0
    site.serve("/order", "<h1>it is here</h1>")

    project.call("run", "nightly", "--wait", expected=1)
    late = [*site.requests]
    project.call("run", "nightly", "--wait", expected=1)

    first = project.asked("runs", "--limit", "100")[-1]["id"]
    said = project.here("runs", "show", first).stdout
    site.close()
    assert late.count("DELETE /order") == 2, "once for the run that was killed, once for the one after it"
    assert late.index("DELETE /order") < len(late) - 1 - late[::-1].index("/echo"), (
        "before the next one begins"
    )
    assert site.requests.count("DELETE /order") == 3
    assert "tidied late" in said
    assert "its teardown was played" in said
