"""The shown workflow does what it says: its own commands, against a provider and our server on loopback."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from builders import a_schedule
from doors import served
from houses import a_house, apply
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from inspect_pipelines.domain.workflow import TrustedWorkflow
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import record_end
from patience import until
from recording_engine import RecordingEngine
from resources.code_host.workflows import GitHubWorkflows
from stand_ins.actions import BEARER, StandInActions
from web_app import a_client

EXAMPLE = Path(__file__).parents[2] / "examples/github-actions.yaml"


@pytest.fixture
def actions() -> Iterator[StandInActions]:
    found = StandInActions()
    yield found
    found.close()


@pytest.fixture
def house(tmp_path: Path, actions: StandInActions) -> Iterator[House]:
    house = a_house(tmp_path)
    actions.now = house.clock.now()
    provider = GitHubWorkflows(house.clock, issuer=actions.url, allow_private=("127.0.0.1",))
    yield replace(house, workflows=provider)
    house.ledgers.close()


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (RunStatus.PASSED, 0, ""),
        (RunStatus.SKIPPED, 0, "::warning::nothing was looked at: pause: so it was"),
        (RunStatus.FAILED, 1, "::error::failed: {us}/runs/{run}"),
        (RunStatus.NEEDS_REVIEW, 1, "::error::a person has to look first: {us}/runs/{run}"),
    ],
)
def test_the_workflow_that_is_shown_starts_a_run_and_ends_as_its_verdict_says(
    house: House, actions: StandInActions, status: RunStatus, code: int, says: str
) -> None:
    """The token that CI gets could start runs and not read them: its job was green whatever came of the run."""
    workflow = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    (step,) = job["steps"]
    schedule = a_schedule()
    client = a_client(house, engine=RecordingEngine)

    with served(client.app) as listener:
        us = f"http://127.0.0.1:{listener.getsockname()[1]}"
        trusted = TrustedWorkflow("acme/shop", ("refs/heads/main",))
        organization = Organization(house.org_id, public_url=us, workflows=(trusted,))
        apply(house, schedule, organization=organization)
        worker = Thread(target=end_the_run, args=(house, status))
        worker.start()
        done = played(step["run"], actions, INSPECT_URL=us, SCHEDULE=schedule.id, EVERY_SECONDS="0.3")
        worker.join()

    assert workflow["permissions"] == {"id-token": "write"}
    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
        who = {entry.actor for entry in ledger.audit.entries()}
    assert done.returncode == code, done.stderr
    told = [f"run {run.id} is {status.value}: {run.reason}", *filter(None, [says.format(us=us, run=run.id)])]
    assert done.stdout.splitlines()[-len(told) :] == told
    assert "workflow:acme/shop@refs/heads/main" in who


def end_the_run(house: House, status: RunStatus) -> None:
    """Once there is one, as a worker would."""

    def asked_for() -> list[Run]:
        with house.ledger.read() as ledger:
            return ledger.runs.latest()

    until(lambda: asked_for() != [])
    time.sleep(0.5)  # so that it is asked about while it goes on
    (run,) = asked_for()
    now = house.clock.now()
    with house.ledger.write() as ledger:
        if status is RunStatus.SKIPPED:
            ended = run.skipped(SkipReason.PAUSE, "so it was", now=now)
        else:
            running = run.claimed("d1", now=now)
            ledger.runs.claim(running, allow_overlap=True)
            ended = running.concluded(status, "so it was", now=now)
        record_end(ledger, ended, None, at=now, kinds=house.kinds)


def played(script: str, actions: StandInActions, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a runner of GitHub's would play it."""
    given: dict[str, Any] = {
        "PATH": os.environ["PATH"],
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{actions.url}/token?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
        "GITHUB_RUN_ID": "9001",
        "GITHUB_RUN_ATTEMPT": "1",
        **environment,
    }
    return subprocess.run(
        ["bash", "-c", script], env=given, capture_output=True, text=True, timeout=300, check=False
    )
