"""A small project as files, and a definition that a request makes beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builders import NOW
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.apply import Applied, apply
from resources.channels.registry import CHANNELS

NIGHTLY, SMOKE = DefinitionId("nightly"), DefinitionId("smoke")
HEAD = "apiVersion: v1\nkind: ScheduleConfig\nschedules:\n"
ENTRY = "- {id: nightly, cron: '0 2 * * *', timezone: UTC, playbook: shop}\n"
MADE: dict[str, Any] = {
    "id": "smoke",
    "cron": "0 5 * * *",
    "timezone": "UTC",
    "playbook": "shop",
    "notify": {"repeat_every": "12h", "on_failure": {"email": "qa@acme.test"}},
    "calendar": "holidays",
}
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop, name: Shop}
spec:
  base_url: http://shop.test
  steps:
    - id: look
      name: Look
      actions:
        - goto: /
        - screenshot: home
"""
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
calendars:
  holidays: ["2026-12-25"]
channels: {}
"""


class Files:
    """A project's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "playbooks").mkdir(parents=True)
        self.write("playbooks/shop.yaml", PLAYBOOK)
        self.write("organization.yaml", ORGANIZATION)
        self.write("schedules.yaml", HEAD + ENTRY)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def read(self) -> Project:
        return load_project(self.root, kinds=CHANNELS, now=NOW)

    def apply(self, house: House, *may_delete: DefinitionId) -> Applied:
        return apply(house, self.read(), by="user:ada", may_delete=may_delete)
