"""`export`, and `plan` and `apply` of what it printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.wiring import house


def ran(*arguments: str) -> str:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).output


def test_what_the_api_made_is_exported_and_taken_over_by_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / ".inspect"))
    monkeypatch.delenv("INSPECT_PROJECT", raising=False)
    ran("init", "--url", "http://shop.test/x", "--id", "shop")
    ran("apply")
    body = {"id": "smoke", "cron": "0 5 * * *", "timezone": "UTC", "playbook": "shop"}
    create_definition(house(Settings()), "schedule", body, by="user:eve")

    exported = ran("export")
    entries = exported.partition("schedules:\n")[2].partition("triggers:")[0]
    path = tmp_path / "schedules.yaml"
    indented = "".join(f"  {line}\n" for line in entries.splitlines())
    path.write_text(path.read_text().rstrip() + f"\n{indented}")

    assert "- id: smoke" in entries
    plan = ran("plan")
    assert "= schedule smoke  smoke: taken over from the API; from now on the file says what it is" in plan
    assert "plan: 0 to create, 0 to change, 0 to delete, 1 to take over, 1 unchanged" in plan
    assert "1 taken over" in ran("apply")
    assert ran("export").endswith("schedules: []\ntriggers: []\n")
