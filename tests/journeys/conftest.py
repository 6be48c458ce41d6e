"""The browser of those who look at our own pages, one for a file; a page of it with what it complains of, and a site to watch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from journeys_up import HeldSite, held_site
from resources import chromium

MS = 120_000.0  # for what is sure to come; five seconds are the browser's own, too few on a busy machine


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A laptop's, with patience for a busy machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(MS)
    expect.set_options(timeout=MS)
    yield page
    page.close()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to say against the pages: violations of their policy, uncaught errors, failed requests."""
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def site() -> Iterator[HeldSite]:
    with held_site() as site:
        yield site
