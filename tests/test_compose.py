"""The compose file: what it names is ours, and nothing in it is root, writable or open to others. It is not started here."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.web import DRAIN_SECONDS, FINISH_SECONDS
from inspect_pipelines.config.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "deploy/compose.yaml"
THEIRS = {"daemon", "web", "apply"}  # services that are our image


@pytest.fixture
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return copy.deepcopy(content)  # what anchors share would be changed everywhere


def command_of(word: str) -> click.Command | None:
    return cli.get_command(click.Context(cli), word)


def problems(compose: dict[str, Any]) -> list[str]:
    """What is wrong with a compose file."""
    wrong = []
    for name, service in compose["services"].items():
        if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(service.get("user"))):
            wrong.append(f"{name} runs as root")
        if service.get("read_only") is not True:
            wrong.append(f"{name} writes to its root")
        if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get(
            "security_opt", []
        ):
            wrong.append(f"{name} may become more than it is")
        wrong += [
            f"{name} is open to all at {port}"
            for port in service.get("ports", [])
            if not port.startswith("127.0.0.1:")
        ]
        if "build" not in service and not re.search(r":\d+\.\d+", service["image"]):
            wrong.append(f"{name} has no exact version")
        mounted = [
            one.partition(":")[0] for one in service.get("volumes", []) if not one.startswith(("$", ".", "/"))
        ]
        wrong += [
            f"{name} mounts {one}, which is no volume" for one in mounted if one not in compose["volumes"]
        ]
        wrong += [
            f"{name} waits for {one}, which is not there"
            for one in service.get("depends_on", {})
            if one not in compose["services"]
        ]
        wrong += [
            f"{name} sets {one}, which is no setting"
            for one in service["environment"]
            if one.startswith(PREFIX) and one.removeprefix(PREFIX).lower() not in Settings.model_fields
        ]
        wrong += [
            f"{name} has a secret written into it: {one}"
            for one, value in service["environment"].items()
            if re.search("PASSWORD|KEY|URL", one) and "${" not in str(value)
        ]
    return wrong


def test_nothing_is_root_writable_open_or_unknown(compose: dict[str, Any]) -> None:
    assert problems(compose) == []


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("user", "0:0", "web runs as root"),
        ("read_only", False, "web writes to its root"),
        ("cap_drop", [], "web may become more than it is"),
        ("ports", ["8460:8460"], "web is open to all at 8460:8460"),
        ("volumes", ["elsewhere:/var/lib/inspect"], "web mounts elsewhere, which is no volume"),
        ("depends_on", {"redis": {}}, "web waits for redis, which is not there"),
        ("environment", {"INSPECT_HOUSE": "/"}, "web sets INSPECT_HOUSE, which is no setting"),
        ("environment", {"INSPECT_LOGINS_KEY": "open"}, "web has a secret written into it: INSPECT_LOGINS_KEY"),
    ],
)  # fmt: skip
def test_a_file_that_is_laxer_is_seen(compose: dict[str, Any], key: str, value: object, problem: str) -> None:
    compose["services"]["web"][key] = value

    assert problems(compose) == [problem]


def test_a_database_of_whatever_version_is_seen(compose: dict[str, Any]) -> None:
    compose["services"]["database"]["image"] = "postgres:latest"

    assert problems(compose) == ["database has no exact version"]


def test_what_it_starts_are_commands_of_ours(compose: dict[str, Any]) -> None:
    started = {
        name: service["command"] for name, service in compose["services"].items() if "build" in service
    }

    assert set(started) == THEIRS
    for name, words in started.items():
        command = command_of(words[0])
        assert command is not None, name
        command.make_context(words[0], list(words[1:]))


def test_it_builds_the_recipe_beside_it_and_runs_as_its_user(compose: dict[str, Any]) -> None:
    recipe = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    ours = compose["services"]["web"]

    assert (
        FILE.parent / ours["build"]["context"] / ours["build"]["dockerfile"]
    ).resolve() == ROOT / "deploy/Dockerfile"
    assert f"USER {ours['user']}" in recipe
    home, project = (one.rpartition(":/")[2] if ":ro" not in one else "project" for one in ours["volumes"])
    assert (f"INSPECT_HOME=/{home}" in recipe, f"INSPECT_PROJECT=/{project}" in recipe) == (True, True)


def test_the_runbook_names_services_and_commands_that_exist(compose: dict[str, Any]) -> None:
    runbook = (
        (ROOT / "docs/operating.md")
        .read_text(encoding="utf-8")
        .partition("## With compose")[2]
        .partition("\n## ")[0]
    )
    used = re.findall(
        r"docker compose (?:run|exec|up|stop|start)(?: -\S+| --\S+)*((?: [a-z][\w-]*)+)?", runbook
    )

    assert len(used) >= 6
    for words in filter(None, used):
        service, *command = words.split()
        assert service in compose["services"], words
        ours = [word for word in command if word != "inspect-pipelines"]
        if service in THEIRS and ours:
            assert command_of(ours[0]) is not None, words


def test_the_proxy_leaves_alone_whoever_leaves_before_that_one_is_gone(compose: dict[str, Any]) -> None:
    config = (ROOT / "deploy/haproxy.cfg").read_text(encoding="utf-8")
    web = compose["services"]["web"]

    found = re.search(r"inter (\d+)s fall (\d+)", config)
    assert found is not None
    assert int(found[1]) * (int(found[2]) + 1) < DRAIN_SECONDS
    assert int(web["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS + FINISH_SECONDS
    assert f"server-template web 8 web:{Settings.model_fields['port'].default}" in config
    assert "uri /readyz" in config
    (believed,) = compose["networks"]["default"]["ipam"]["config"]
    assert web["command"][-1] == believed["subnet"]
