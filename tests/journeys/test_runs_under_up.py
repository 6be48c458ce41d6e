"""Runs while everything is up: over the API, cancelled by a person, terminated in Dagster's UI, killed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from journeys_cancel import assert_it_is_a_whole_cancel, seconds_to_cancel, started, stored
from journeys_commands import Project
from journeys_up import SCHEDULE, HeldSite, Up, held_site, up, write_project
from patience import allowed, until
from resources.workers import WorkerLocks

OPEN = ("pending", "running")
FOREVER = """\
apiVersion: v1
kind: Playbook
metadata: {id: forever, name: Forever}
spec:
  base_url: "%s"
  viewports: [{name: desktop, width: 640, height: 480}]
  steps:
    - {id: home, name: Home, actions: [{goto: /}, {screenshot: home}]}
    - {id: forever, name: Forever, actions: [{wait_for: {selector: "#never", timeout: 10m}}]}
"""
TERMINATE = (
    "mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) { __typename } }"
)


@pytest.fixture(scope="module")
def site() -> Iterator[HeldSite]:
    with held_site() as site:
        yield site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, site: HeldSite) -> Iterator[Up]:
    project = write_project(tmp_path_factory.mktemp("runs"), site.url, "nightly", "front")
    (project.root / "playbooks" / "forever.yaml").write_text(FOREVER % site.url)
    with (project.root / "schedules.yaml").open("a") as schedules:
        schedules.write(SCHEDULE.replace("playbook: front", "playbook: forever") % "forever")
    project.does("apply", "--yes")
    with up(project) as running:
        yield running


@pytest.fixture(autouse=True)
def open_site(site: HeldSite) -> Iterator[None]:
    """What one test holds back comes in the next one."""
    site.gate.set()
    yield
    site.gate.set()


def browsers(project: Project) -> list[psutil.Process]:
    """Processes of sessions of this project's runs."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            is_alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        mine = environment.get("INSPECT_HOME") == str(project.home)
        if mine and "INSPECT_SESSION_FOLDER" in environment and is_alive:
            found.append(process)
    return found


def playing_forever(running: Up, ours: House) -> str:
    """A run that has taken its first picture and waits for what never comes."""
    run_id: str = running.project.asked("run", "forever")["id"]

    def is_past_home() -> bool:
        with ours.ledger.read() as ledger:
            return bool(ledger.steps.of_runs([RunId(run_id)]).get(RunId(run_id)))

    until(is_past_home, 120)
    return run_id


@pytest.fixture
def ours(running: Up) -> Iterator[House]:
    """Their house, for whoever looks often."""
    house = build(Settings(home=running.project.home, project=running.project.root))
    yield house
    house.ledgers.close()
    house.inbox.close()


def status(ours: House, run_id: str) -> str:
    with ours.ledger.read() as ledger:
        return ledger.runs.find(RunId(run_id)).status.value


def test_a_run_is_started_followed_and_looked_at_over_http(running: Up) -> None:
    url = f"{running.state['web_url']}/api/v1"
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as api:
        wish: dict[str, Any] = {"json": {}, "headers": {"Idempotency-Key": "journey"}}

        started = api.post("/schedules/nightly/run-now", **wish)
        again = api.post("/schedules/nightly/run-now", **wish)
        run = started.json()["id"]
        until(lambda: api.get(f"/runs/{run}").json()["status"] not in OPEN, 120)
        ended = api.get(f"/runs/{run}").json()
        (shot, *_) = api.get(f"/runs/{run}/screenshots").json()["items"]
        picture = api.get(f"/runs/{run}/pictures/{shot['sha256']}")
        listed = api.get("/runs", params={"schedule_id": "nightly"}).json()

    assert "whoever uses this machine" in running.said
    assert (started.status_code, again.json()["id"]) == (202, run)
    assert (ended["status"], ended["requested_by"]) == ("needs_review", "local")
    assert picture.content.startswith(b"\x89PNG")
    assert [one["id"] for one in listed["items"]] == [run]
    assert listed["next"] is None


def test_a_run_is_cancelled_within_two_seconds_and_can_be_retried(running: Up, site: HeldSite) -> None:
    project = running.project
    run_id = started(project, site)
    before = browsers(project)

    took = seconds_to_cancel(project, run_id)

    assert before
    until(lambda: not browsers(project), 10)
    assert_it_is_a_whole_cancel(project, run_id)
    run = stored(project, run_id)
    assert run["dagster_url"] == f"{running.state['ui_url']}/runs/{run['dagster_run_id']}"
    site.gate.set()
    second = json.loads(project.call("runs", "retry", run_id, "--wait", "--json", expected=1).stdout)
    assert took < allowed(2)
    assert (second["status"], second["retry_of"]) == ("needs_review", run_id)
    assert second["origin"] == f"retry:{run_id}:1"


def test_terminating_in_the_ui_keeps_the_evidence(running: Up, ours: House) -> None:
    run_id = playing_forever(running, ours)
    dagster_run = stored(running.project, run_id)["dagster_run_id"]
    had_browsers = bool(browsers(running.project))
    began = time.monotonic()

    body = {"query": TERMINATE, "variables": {"id": dagster_run}}
    answer = httpx.post(f"{running.state['ui_url']}/graphql", json=body, trust_env=False, timeout=60).json()
    until(lambda: status(ours, run_id) != "running")
    took = time.monotonic() - began
    until(lambda: browsers(running.project) == [], 10)

    assert answer["data"]["terminateRun"]["__typename"] == "TerminateRunSuccess"
    assert had_browsers
    assert status(ours, run_id) == "cancelled"
    assert took < allowed(2)
    with ours.ledger.read() as ledger:
        (session,) = ledger.evidence.sessions(RunId(run_id))
    assert [shot.view.name for shot in session.screenshots] == ["home"]
    assert session.status.value == "cancelled"


def test_a_run_whose_worker_is_killed_is_concluded_at_once(running: Up, ours: House) -> None:
    run_id = playing_forever(running, ours)
    run = stored(running.project, run_id)
    pid = WorkerLocks(running.project.home / "run" / "workers").process_of(str(run["dagster_run_id"]))
    assert pid is not None
    began = time.monotonic()

    os.kill(pid, signal.SIGKILL)
    until(lambda: status(ours, run_id) != "running")
    took = time.monotonic() - began
    until(lambda: browsers(running.project) == [], 10)

    assert status(ours, run_id) == "error"
    assert "its process was killed (signal SIGKILL)" in str(stored(running.project, run_id)["reason"])
    assert took < allowed(2)
