"""A run that Dagster terminates while its browser plays: quick, clean, and with its evidence."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.wiring import house
from journeys_commands import Project
from journeys_up import HeldSite, Up, held_site, up, write_project
from patience import allowed, until
from resources.workers import WorkerLocks

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: front, name: Front page}
spec:
  base_url: "%s"
  viewports: [{name: desktop, width: 800, height: 600}]
  steps:
    - {id: home, name: Home, actions: [{goto: /}, {screenshot: home}]}
    - {id: forever, name: Forever, actions: [{wait_for: {selector: "#never", timeout: 60}}]}
"""
TERMINATE = (
    "mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) { __typename } }"
)


def playing(project: Project, site: HeldSite) -> dict[str, str]:
    """A run that has taken its first picture and waits for what never comes."""
    project.call("run", "nightly")
    pictures = project.home / "gallery"
    until(lambda: any(pictures.rglob("*.png")), 90)
    return latest(project)


def latest(project: Project) -> dict[str, str]:
    run: dict[str, str] = json.loads(project.call("runs", "--json", "--limit", "1").stdout)[0]
    return run


def terminate(running: Up, dagster_run_id: str) -> str:
    url = f"{running.state['ui_url']}/graphql"
    body = {"query": TERMINATE, "variables": {"id": dagster_run_id}}
    answer = httpx.post(url, json=body, trust_env=False, timeout=20).json()
    return answer["data"]["terminateRun"]["__typename"]


def browsers(project: Project) -> list[psutil.Process]:
    """Processes of sessions of this project's runs."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except psutil.Error:
            continue
        mine = environment.get("INSPECT_HOME") == str(project.home)
        if mine and "INSPECT_SESSION_FOLDER" in environment and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


@pytest.mark.timeout(400)
def test_terminating_in_the_ui_keeps_the_evidence_and_a_killed_worker_is_concluded(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "nightly")
        (tmp_path / "playbooks" / "front.yaml").write_text(PLAYBOOK % site.url)
        project.call("apply", "--yes")
        ours = house(Settings(home=project.home, project=tmp_path))
        with up(project) as running:
            run = playing(project, site)
            had_browsers = bool(browsers(project))
            began = time.monotonic()

            answer = terminate(running, run["dagster_run_id"])
            until(lambda: status(ours, run["id"]) != "running", 20)
            took = time.monotonic() - began
            until(lambda: browsers(project) == [], 5)

            assert answer == "TerminateRunSuccess"
            assert had_browsers
            assert status(ours, run["id"]) == "cancelled"
            assert took < allowed(2)
            with ours.ledger.read() as ledger:
                (session,) = ledger.evidence.sessions(run["id"])
            assert [shot.view.name for shot in session.screenshots] == ["home"]
            assert session.status.value == "cancelled"

            killed = playing_again(project, run)
            pid = WorkerLocks(project.home / "run" / "workers").process_of(killed["dagster_run_id"])
            began = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            until(lambda: status(ours, killed["id"]) != "running", 20)
            took = time.monotonic() - began
            until(lambda: browsers(project) == [], 5)

            assert status(ours, killed["id"]) == "error"
            assert "its process was killed (signal SIGKILL)" in latest(project)["reason"]
            assert took < allowed(2)


def playing_again(project: Project, before: dict[str, str]) -> dict[str, str]:
    project.call("run", "nightly")
    until(lambda: latest(project)["id"] != before["id"] and latest(project)["status"] == "running", 60)
    until(lambda: browsers(project), 60)
    return latest(project)


def status(ours, run_id: str) -> str:
    with ours.ledger.read() as ledger:
        return ledger.runs.find(run_id).status.value
