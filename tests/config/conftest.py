"""A project in a folder, right in every respect but the one a test is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.errors import ConfigInvalid
from resources.channels.registry import CHANNELS

NOW = datetime(2026, 11, 22, tzinfo=UTC)

SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
schedules:
  - id: nightly
    cron: "0 2 * * *"
    timezone: UTC
    playbook: shop
"""

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.test
  steps:
    - id: home
      actions:
        - goto: /
        - screenshot: home
"""


class Folder:
    """Writes a project's files and loads them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("schedules.yaml", SCHEDULES)
        self.write("playbooks/shop.yaml", PLAYBOOK)

    def write(self, file: str, text: str | bytes) -> None:
        path = self.root / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def load(self) -> Project:
        return load_project(self.root, kinds=CHANNELS, now=NOW)

    def problems(self) -> list[str]:
        with pytest.raises(ConfigInvalid) as error:
            self.load()
        return error.value.problems


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def schedule_problems(folder: Folder) -> Callable[[str], list[str]]:
    """The problems of a first schedule with these lines under its four."""

    def problems(lines: str) -> list[str]:
        folder.write("schedules.yaml", SCHEDULES + lines)
        return folder.problems()

    return problems


@pytest.fixture
def playbook_problems(folder: Folder) -> Callable[[str], list[str]]:
    """The problems of a playbook with this spec."""

    def problems(spec: str) -> list[str]:
        folder.write(
            "playbooks/shop.yaml", "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop}\nspec:\n" + spec
        )
        return folder.problems()

    return problems
