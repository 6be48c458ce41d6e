"""The shown workflow does what it says: its own commands, against a provider and our server on loopback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import a_schedule
from doors import served
from houses import a_house, apply
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.workflow import TrustedWorkflow
from inspect_pipelines.ports.house import House
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


def test_the_workflow_that_is_shown_starts_a_run(house: House, actions: StandInActions) -> None:
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
        said = played(step["run"], actions, INSPECT_URL=us, SCHEDULE=schedule.id)

    assert workflow["permissions"] == {"id-token": "write"}
    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
        who = {entry.actor for entry in ledger.audit.entries()}
    assert said.splitlines()[-1] == f"run {run.id} is pending"
    assert "workflow:acme/shop@refs/heads/main" in who


def played(script: str, actions: StandInActions, **environment: str) -> str:
    """What it prints, as a runner of GitHub's would play it."""
    given: dict[str, Any] = {
        "PATH": os.environ["PATH"],
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{actions.url}/token?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
        "GITHUB_RUN_ID": "9001",
        "GITHUB_RUN_ATTEMPT": "1",
        **environment,
    }
    done = subprocess.run(
        ["bash", "-c", script], env=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
