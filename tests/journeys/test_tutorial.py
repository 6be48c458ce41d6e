"""The tutorial and the how-tos, played as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.examples.annoyances.server import PORT, AnnoyingSite
from inspect_pipelines.examples.shop.server import Shop
from playing import played_in
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.sessions.browser.service import FLAGS
from shown import ROOT, Block, blocks
from steady import says, steady

TUTORIAL = ROOT / "docs/tutorial.md"
HOW_TOS = [*blocks("yaml", pages=tuple(sorted((ROOT / "docs/how-to").glob("*.md"))))]
FILE = re.compile(r"# (\S+\.yaml)\n")
SHOP = "127.0.0.1:8500"
ENDS_WITH_1 = ("? needs review", "✗ failed  shop  (")  # what a run prints that is not well
ENDS_WITH_2 = ("1 problem;",)


def written(block: Block, folder: Path, text: str) -> Path:
    """The file that a block shows, whose first line says its name."""
    named = FILE.match(text)
    assert named, f"{block} does not begin with the name of its file"
    file = folder / named[1]
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def dialogue(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block, and the lines that it is shown to print."""
    for part in text.split("$ ")[1:]:
        command, *lines = part.rstrip("\n").splitlines()
        yield command, lines


def expected_code(lines: list[str]) -> int:
    said = "\n".join(lines)
    return (
        1
        if any(each in said for each in ENDS_WITH_1)
        else 2
        if any(each in said for each in ENDS_WITH_2)
        else 0
    )


def test_the_tutorial_does_what_it_shows(tmp_path: Path) -> None:
    ours = {key: one for key, one in os.environ.items() if not key.startswith(("INSPECT_", "DAGSTER_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{ours['PATH']}"
    played = []
    with Shop() as shop:
        for block in blocks("yaml", "console", pages=(TUTORIAL,)):
            text = block.text.replace(f"http://{SHOP}", shop.url)
            if block.language == "yaml":
                written(block, tmp_path, text)
                continue
            for command, lines in dialogue(text):
                done = subprocess.run(
                    ["bash", "-c", command],
                    cwd=tmp_path,
                    env=ours | {"PATH": path},
                    capture_output=True,
                    text=True,
                    timeout=300,
                    check=False,
                )
                played.append(command)
                printed = done.stdout + done.stderr
                is_shown = command.startswith("inspect-pipelines reviews show")
                assert says(steady("\n".join(lines)), steady(printed)), f"{command}\n{printed}"
                assert is_shown or done.returncode == expected_code(lines), f"{command}\n{printed}"

    assert any("--reporter" in command for command in played)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(FLAGS), chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site() -> Iterator[AnnoyingSite]:
    with AnnoyingSite() as site:
        yield site


@pytest.mark.parametrize("block", HOW_TOS, ids=str)
def test_the_playbook_of_a_how_to_passes(
    block: Block, site: AnnoyingSite, browser: Browser, tmp_path: Path
) -> None:
    text = block.text.replace(f"http://127.0.0.1:{PORT}", site.url)
    read = read_playbook(written(block, tmp_path, text), kinds=CHANNELS, today=date(2026, 11, 29))

    result = played_in(browser, SessionRequest("s", "r", read.playbook, {}), tmp_path / "gallery")

    assert (result.status, result.error) == (SessionStatus.COMPLETED, None)
    assert [each.message for each in result.findings if each.fails_at("warning")] == []
    assert len(result.screenshots) >= 2
