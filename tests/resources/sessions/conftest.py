"""One site and one browser for all tests of playing; each play has fresh contexts, as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from inspect_pipelines.domain.playbook import Action, Step
from inspect_pipelines.domain.session import SessionResult
from loopback_site.server import Site
from resources import chromium
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.service import FLAGS, perform
from resources.sessions.evidence import Evidence
from resources.sessions.wire import decoded
from session_requests import a_request

STARTED_AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
Play = Callable[..., SessionResult]


@pytest.fixture(scope="session")
def server() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(server: Site) -> Iterator[Site]:
    """As it is for everybody: what one test puts into the place of a page is no page of the next one."""
    yield server
    server.forget()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed at the end of the module: while it is up, nothing else in this thread may use Playwright."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(FLAGS), chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture
def gallery(tmp_path: Path) -> FolderGallery:
    return FolderGallery(tmp_path / "gallery")


@pytest.fixture
def play(browser: Browser, site: Site, tmp_path: Path) -> Play:
    """Play actions (one step) or steps; every line that the worker would send is read back as the parent does."""

    def play(*what: Action | Step, **changes: object) -> SessionResult:
        request = a_request(str(changes.pop("base_url", site.url)), *what, **changes)
        evidence = Evidence(request, started_at=STARTED_AT, player="the browser")
        lines: list[str] = []
        perform(request, tmp_path / "gallery", lines.append, lambda: browser)
        for context in browser.contexts:
            context.close()
        for line in lines:
            evidence.add(decoded(line), now=0.0)
        return evidence.result(completed_at=STARTED_AT, now=0.0)

    return play
