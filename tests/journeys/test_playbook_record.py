"""`playbook record`: what is clicked in a window becomes a playbook that plays, and what was typed secretly is nowhere in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Locator, Page

from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.playbooks.recording import finish
from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.config.settings import Settings
from loopback_site.server import Site
from patience import allowed
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.sessions.browser.stenographer import Recording, stenographer

WORD = "correct-horse-7"
LOGIN = """<!doctype html><title>Shop</title><style>input,button,select{font:16px sans-serif;margin:8px}</style><h1>Sign in</h1>
<label>Email <input id=mail></label><label>Password <input type=password id=word></label>
<label><input type=checkbox id=stay> Stay</label><select aria-label=City><option>Oslo<option>Bergen</select>
<button onclick="if (document.getElementById('word').value === 'correct-horse-7') location = '/pay'">Sign in</button>"""
PAY = """<!doctype html><title>Pay</title><h1>Pay</h1><p class=clock id=now></p><iframe name=card src=/card width=300 height=80></iframe>
<script>document.getElementById('now').textContent = 'Order ' + (1000 + Math.floor(performance.timeOrigin % 8999))</script>"""
CARD = "<!doctype html><title>Card</title><label>Card number <input id=number></label>"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.serve("/login", LOGIN)
    site.serve("/pay", PAY)
    site.serve("/card", CARD)
    yield site
    site.close()


def press(page: Page, at: Locator) -> None:
    """As a hand does it: what a test calls by its name is no event of a person."""
    at.wait_for(timeout=allowed(30) * 1000)
    box = at.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 6, box["y"] + 6)


def recorded(site: Site) -> Recording:
    with stenographer(f"{site.url}/login", browser=chromium.find(), no_sandbox=True, is_headed=False) as (
        page,
        found,
    ):
        press(page, page.locator("#mail"))
        page.keyboard.type("ada@shop.test")
        press(page, page.locator("#word"))
        page.keyboard.type(WORD)
        press(page, page.locator("#stay"))
        press(page, page.get_by_role("button"))
        page.wait_for_url("**/pay", timeout=allowed(30) * 1000)
        card = page.frame_locator("iframe").locator("#number")
        press(page, card)
        page.keyboard.type("4242")
        page.wait_for_timeout(500)  # the recorder tells what is done in turns of its own
    return found


def test_a_recording_becomes_a_playbook_that_plays_and_holds_no_secret(site, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    file = tmp_path / "playbooks/shop.yaml"
    recording = recorded(site)

    code = finish(
        recording, f"{site.url}/login", file, Settings(), SystemClock(), dry_run=False, replays=True
    )

    told = capsys.readouterr()
    assert code == 0, told
    text = file.read_text()
    assert WORD not in text + told.out + told.err
    playbook = read_playbook(file, kinds=CHANNELS, today=SystemClock().now().date()).playbook
    assert [step.id for step in playbook.steps] == ["login", "pay"]
    assert 'fill: {role: textbox, name: Password, value: "{{password}}"}' in text
    assert '{frame: "iframe[name=' in text
    assert 'mask: ["' in text
    assert not (tmp_path / "home").exists()

    monkeypatch.setenv("PASSWORD", WORD)
    again = CliRunner().invoke(cli, ["playbook", "run", str(file), "--pictures", str(tmp_path / "seen")])
    assert again.exit_code == 0, again.output


def test_a_recording_that_does_not_play_is_kept_as_a_draft(site, tmp_path, capsys):
    file = tmp_path / "shop.yaml"
    recording = Recording([
        f'{{"name":"navigate","url":"{site.url}/login","pageGuid":"p"}}',
        '{"name":"click","pageGuid":"p","locator":{"kind":"role","body":"button","options":{"name":"Sign out"}}}',
    ])  # fmt: skip

    code = finish(
        recording, f"{site.url}/login", file, Settings(), SystemClock(), dry_run=False, replays=True
    )

    assert code == 1
    assert not file.exists()
    assert "Sign out" in (tmp_path / "shop.yaml.draft").read_text()
    assert "the recording does not play" in capsys.readouterr().err


def test_a_machine_without_a_screen_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    refused = CliRunner().invoke(cli, ["playbook", "record", "https://shop.test/"])

    assert "there is no screen to open a browser on" in str(refused.exception)
    assert not Path("playbooks").exists()
