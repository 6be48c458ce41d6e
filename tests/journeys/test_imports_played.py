"""What the importers make of other tools' files is not only valid: it plays, on the shop that the files are about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.examples.shop.server import Shop
from playing import played_in
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.sessions.browser.service import FLAGS

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def backstop(shop: str) -> str:
    return json.dumps(
        {
            "id": "fjord",
            "viewports": [
                {"label": "phone", "width": 375, "height": 667},
                {"label": "desk", "width": 1024, "height": 768},
            ],
            "scenarios": [
                {"label": "Homepage", "url": f"{shop}/", "readySelector": "main", "delay": 200},
                {
                    "label": "Basket",
                    "url": f"{shop}/products/chair",
                    "clickSelector": "[data-testid=add-to-basket]",
                    "postInteractionWait": ".basket-count",
                    "selectors": ["main"],
                },
            ],
        }
    )


def percy(shop: str) -> str:
    return f"base-url: {shop}\nsnapshots:\n  - {{name: Home, url: /, widths: [375, 1280]}}\n  - {{name: Chair, url: /products/chair, scope: main}}\n"


def devtools(shop: str) -> str:
    order = [
        {
            "type": "setViewport",
            "width": 1280,
            "height": 720,
            "deviceScaleFactor": 1,
            "isMobile": False,
            "hasTouch": False,
            "isLandscape": False,
        },
        {"type": "navigate", "url": f"{shop}/products/chair"},
        {
            "type": "click",
            "target": "main",
            "selectors": [["[data-testid='add-to-basket']"]],
            "offsetX": 4,
            "offsetY": 4,
        },
        {
            "type": "click",
            "target": "main",
            "selectors": [["aria/Go to checkout"]],
            "offsetX": 4,
            "offsetY": 4,
        },
        {"type": "change", "target": "main", "value": "Ada Berg", "selectors": [["aria/Full name"]]},
    ]
    return json.dumps({"title": "Order a chair", "steps": order})


def sitemap(shop: str) -> str:
    pages = "".join(f"<url><loc>{shop}{path}</loc></url>" for path in ("/", "/about", "/products/chair"))
    return (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'
    )


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        yield shop


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(FLAGS), chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.mark.parametrize(
    ("write", "name", "pictures"),
    [(backstop, "backstop.json", 4), (percy, "percy.yml", 4), (devtools, "order.json", 1), (sitemap, "sitemap.xml", 3)],
)  # fmt: skip
def test_an_imported_playbook_is_played_to_its_end(
    shop: Shop, browser: Browser, tmp_path: Path, monkeypatch, write, name, pictures
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / ".inspect"))
    (tmp_path / name).write_text(write(shop.url))
    made = CliRunner().invoke(cli, ["import", write.__name__, name, "--id", "shop"])
    assert made.exception is None, made.output
    (playbook,) = load_project(tmp_path, kinds=CHANNELS, now=NOW).playbooks

    result = played_in(browser, SessionRequest("s", "r", playbook, {}), tmp_path / "gallery")

    assert (result.status, result.error) == (SessionStatus.COMPLETED, None)
    assert [each.message for each in result.findings if each.fails_at("warning")] == []
    assert len(result.screenshots) == pictures
