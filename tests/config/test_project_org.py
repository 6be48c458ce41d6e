"""Whose project a folder is, whatever else may be wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspect_pipelines.config.project_org import project_org

SCHEDULES = "kind: ScheduleConfig\nschedules: [{id: 3, nonsense: true}]\n"
OURS = "kind: ScheduleConfig\nmetadata: {orgId: acme}\n"
ORGANIZATION = "kind: OrganizationConfig\nmetadata: {orgId: beta}\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, None),
        ({"schedules.yaml": SCHEDULES}, "default"),
        ({"schedules.yaml": OURS}, "acme"),
        ({"schedules.yaml": SCHEDULES, "organization.yaml": ORGANIZATION}, "beta"),
        ({"schedules.yaml": OURS, "organization.yaml": "kind: OrganizationConfig\n"}, "acme"),
        ({"schedules.yaml": "{", "organization.yaml": ORGANIZATION}, "beta"),
        ({"schedules.yaml": "["}, None),
        ({"schedules.yaml": ""}, None),
        ({"schedules.yaml": "metadata: [orgId]\n"}, "default"),
    ],
)
def test_the_files_say_whose_project_it_is(tmp_path: Path, files: dict[str, str], found: str | None) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert project_org(tmp_path) == found
