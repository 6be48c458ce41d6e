"""The console watches itself: our own playbook over its rooms, approved once, passes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from doors import served
from houses import a_house
from inspect_pipelines.ports.house import House
from journeys_commands import Project
from resources.clock import SystemClock
from reviewed_runs import a_reviewed_run
from web_app import an_app

EXAMPLE = Path(__file__).parents[2] / "examples/console"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = replace(a_house(tmp_path / "watched"), clock=SystemClock())
    yield house
    house.ledgers.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "watching")


def aimed(project: Project, url: str, run_id: str) -> None:
    """The example's files, at this console."""
    shutil.copytree(EXAMPLE, project.root, dirs_exist_ok=True)
    schedules = project.root / "schedules.yaml"
    text = schedules.read_text(encoding="utf-8").replace("http://127.0.0.1:8460", url)
    schedules.write_text(text.replace("01900000-0000-7000-8000-000000000001", run_id), encoding="utf-8")


def test_every_room_of_the_console_looks_as_approved(house: House, project: Project) -> None:
    run = a_reviewed_run(house, ["header", "button", "", "price"])
    with served(an_app(house)) as listener:
        aimed(project, f"http://127.0.0.1:{listener.getsockname()[1]}", run.id)
        project.does("apply", "--yes")

        project.call("run", "console", "--wait", expected=1)  # nothing is approved yet
        project.does("baselines", "adopt", "console")
        again = project.call("run", "console", "--wait").stdout

        assert "16 of 16 views look as approved" in again
