from __future__ import annotations

import stat
from pathlib import Path

from journeys_commands import Project


def test_a_new_home_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    project = Project(tmp_path)

    project.call("init", "--url", "http://127.0.0.1:9")

    assert stat.S_IMODE(project.home.stat().st_mode) == 0o700
