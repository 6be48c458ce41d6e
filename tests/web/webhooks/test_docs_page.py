"""The commands that docs/webhooks.md shows, run as they stand there against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from inspect_pipelines.config.project import load_project
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.config.source_document import SourceDocument
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.github_event import READERS
from inspect_pipelines.domain.sender import NAMED_MAPPINGS
from inspect_pipelines.domain.source import MAPPABLE
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.webhooks import receiver as webhooks
from inspect_pipelines.wiring import house as build
from prepared import prepare
from resources.channels.registry import CHANNELS
from senders import GITHUB_SECRET, OTHER_SECRET
from webhook_server import events, served

PAGE = (Path(__file__).parents[3] / "docs/webhooks.md").read_text(encoding="utf-8")
SECRETS = {
    "ACME_GITHUB_SECRET": GITHUB_SECRET,
    "ACME_DEPLOY_SECRET": OTHER_SECRET,
    "ACME_ALERTS_SECRET": OTHER_SECRET,
}
COMMANDS = re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A home with the sources of the page."""
    (shown,) = re.findall(r"^```yaml\n(sources:.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "organization.yaml").write_text(f"apiVersion: v1\nkind: OrganizationConfig\n{shown}")
    (tmp_path / "schedules.yaml").write_text("apiVersion: v1\nkind: ScheduleConfig\nschedules: []\n")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    prepare(tmp_path / "home")
    house = build(Settings(home=tmp_path / "home"))
    project = load_project(tmp_path, kinds=CHANNELS, now=house.clock.now())
    with house.ledger.write() as ledger:
        ledger.organizations.save(project.organization, at=house.clock.now())
    yield house
    house.ledgers.close()
    house.inbox.close()


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with served(house) as client:
        yield client


@pytest.mark.parametrize(("number", "kind"), [(0, "ping"), (1, "deployment.completed"), (2, "alert.fired")])
def test_a_command_of_the_page_is_accepted_and_becomes_its_event(
    client: httpx.Client, house: House, number: int, kind: str
) -> None:
    command = COMMANDS[number].replace("http://127.0.0.1:8460", str(client.base_url).rstrip("/"))

    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env={**os.environ, **SECRETS, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    (event,) = events(house)
    assert json.loads(said.stdout) == {"status": "accepted", "id": event.id}
    assert event.type == kind


def test_the_page_has_three_commands() -> None:
    assert len(COMMANDS) == 3


def test_every_status_of_an_event_every_key_of_a_source_and_every_field_stand_on_the_page() -> None:
    quoted = {word.strip() for text in re.findall(r"`([^`\n]+)`", PAGE) for word in text.split(",")}
    rows = set(re.findall(r"^\| (\w+) \|", PAGE, re.MULTILINE))

    assert {status.value for status in EventStatus} <= rows
    assert {*SourceDocument.model_fields, *MAPPABLE, *NAMED_MAPPINGS} <= quoted


@pytest.mark.parametrize("kind", sorted(READERS))
def test_every_kind_of_github_that_we_read_stands_on_the_page(kind: str) -> None:
    assert f"`{kind}`" in PAGE


def test_every_answer_of_the_receiver_stands_on_the_page() -> None:
    code = Path(webhooks.__file__).read_text(encoding="utf-8")
    named = {HTTPStatus[name].value for name in re.findall(r"HTTPStatus\.([A-Z_]+)", code)}

    documented = {int(number) for number in re.findall(r"\b([2-5]\d\d)\b", PAGE.partition("## Answers")[2])}

    assert named <= documented
