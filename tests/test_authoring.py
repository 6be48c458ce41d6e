"""docs/authoring.md: its files are read as a reader's are, and there is nothing to say against them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from inspect_pipelines.config.one_playbook import read_playbook
from resources.channels.registry import CHANNELS

PAGE = (Path(__file__).parents[1] / "docs/authoring.md").read_text(encoding="utf-8")
FOLDERS = {"Playbook": "playbooks", "Fragment": "fragments"}


def test_the_files_of_the_page_are_valid_and_last(tmp_path):
    for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        (kind,), (name,) = re.findall(r"^kind: (\w+)", text, re.M), re.findall(r"{id: ([\w-]+)", text)[:1]
        (tmp_path / FOLDERS[kind]).mkdir(exist_ok=True)
        (tmp_path / FOLDERS[kind] / f"{name}.yaml").write_text(text)

    found = [
        read_playbook(file, kinds=CHANNELS, today=date(2026, 11, 29))
        for file in sorted((tmp_path / "playbooks").glob("*"))
    ]

    assert [one.playbook.id for one in found] == ["chair"]
    assert [str(warning) for one in found for warning in one.warnings] == []
