"""Two hosts with fonts of their own over one ledger: another environment is one thing to decide, and not a failure a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from journeys_commands import Project
from journeys_up import HeldSite, write_project
from postgres import a_server
from resources.sessions.browser.stamp import font_files

IDS = ("first", "second")
OTHER_FONTS = '<?xml version="1.0"?><fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>'


@dataclass(frozen=True)
class Host(Project):
    """A machine's INSPECT_HOME; ledger and pictures are everybody's."""

    name: str
    shared: dict[str, str]
    fonts: Path | None = None  # a configuration of its own

    @property
    def home(self) -> Path:
        return self.root / self.name

    @property
    def environment(self) -> dict[str, str]:
        own = {} if self.fonts is None else {"FONTCONFIG_FILE": str(self.fonts)}
        return {**super().environment, **self.shared, **own}

    def play(self, definition_id: str, expected: int) -> None:
        self.call("run", definition_id, "--wait", "--quiet", expected=expected)

    def lists(self, *words: str) -> Any:
        return json.loads(self.call(*words, "list", "--json").stdout)


@pytest.fixture
def hosts(tmp_path: Path, site: HeldSite) -> Iterator[tuple[Host, Host]]:
    write_project(tmp_path, site.url, *IDS)
    schedules = tmp_path / "schedules.yaml"
    tells = "timeout_minutes: 30, notify: {on_needs_review: {slack_channel: '#qa'}, on_failure: {slack_channel: '#qa'}}}"
    schedules.write_text(schedules.read_text().replace("timeout_minutes: 30}", tells))
    described = tmp_path / "fonts.conf"
    (tmp_path / "fonts").mkdir()
    mono = min(font_files(), key=lambda file: ("Mono" not in file.name, file.name))
    shutil.copy(mono, tmp_path / "fonts")  # the only one: a headline looks otherwise in it
    described.write_text(OTHER_FONTS.format(tmp_path / "fonts", tmp_path / "cache"))
    with a_server() as url:
        shared = {"INSPECT_DATABASE_URL": url, "INSPECT_GALLERY": f"file://{tmp_path / 'gallery'}"}
        both = Host(tmp_path, "one", shared), Host(tmp_path, "other", shared, described)
        for host in both:
            host.call("apply", "--yes")
        yield both


def test_a_host_with_other_fonts_asks_once_for_all_definitions_and_fails_none(
    hosts: tuple[Host, Host],
) -> None:
    one, other = hosts
    for each in IDS:
        one.play(each, expected=1)  # nothing is approved yet
    for run in one.lists("runs"):
        one.call("baselines", "adopt", run["id"])
    before = {message["id"] for message in one.lists("notifications")}

    for each in IDS:
        other.play(each, expected=1)
    one.play("first", expected=0)  # the host with the fonts of before is asked nothing

    statuses = [run["status"] for run in one.lists("runs")]
    (waiting,) = one.lists("environments")
    told = [each for each in one.lists("notifications") if each["id"] not in before]
    assert statuses[:3] == ["passed", "needs_review", "needs_review"]
    assert waiting["changes"][0].startswith("fonts_hash '")
    assert [message["event"] for message in told] == ["on_needs_review"], "people hear of it once"
    (incident,) = one.lists("incidents")
    assert incident["definitions"] == ["second"], "the first has come to terms with it, on the host of before"
