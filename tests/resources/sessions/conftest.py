"""One site and one browser for all tests of playing; each play has fresh contexts, as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import SessionRequest, SessionResult
from loopback_site.server import Site
from resources import chromium
from resources.gallery.folder import FolderGallery
from resources.logins.folder import FolderLogins
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.service import FLAGS, perform
from resources.sessions.evidence import Evidence
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


class Browsers:
    """The browser of a module, or its successor: one that died, say for want of memory, fails no test that comes after."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None

    def one(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(
                executable_path=chromium.find(), args=list(FLAGS), chromium_sandbox=False
            )
        return self._browser

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()


@pytest.fixture(scope="module")
def browsers() -> Iterator[Browsers]:
    """Closed at the end of the module: while it is up, nothing else in this thread may use Playwright."""
    with sync_playwright() as playwright:
        browsers = Browsers(playwright)
        yield browsers
        browsers.close()


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    return browsers.one()


@pytest.fixture
def gallery(tmp_path: Path) -> FolderGallery:
    return FolderGallery(tmp_path / "gallery")


@pytest.fixture
def play(browsers: Browsers, site: Site, tmp_path: Path) -> Play:
    """Play actions (one step) or steps; every line that the worker would send is read back as the parent does.

    A browser that died is no fault of the page that it showed: like a run, it is played once more, in another one.
    """

    def play(*what: Action | Step, **changes: object) -> SessionResult:
        show = changes.pop("show", None)
        made = changes.pop("request", None)
        request = made or a_request(str(changes.pop("base_url", site.url)), *what, **changes)
        played = attempt(request, show)
        return attempt(request, show) if (played.error or "").startswith("the browser died") else played

    def attempt(request: SessionRequest, show: Callable[[bytes], None] | None) -> SessionResult:
        browser = browsers.one()
        evidence = Evidence(request, started_at=STARTED_AT, player="the browser")
        lines: list[str] = []
        logins = FolderLogins(tmp_path / "logins")
        perform(
            request,
            tmp_path / "gallery",
            lines.append,
            lambda: browser,
            Halt(),
            show,
            logins=logins,
            evidence=tmp_path / "evidence",
            scratch=tmp_path,
        )
        for context in browser.contexts:
            context.close()
        for line in lines:
            evidence.hear(line, now=0.0)
        return evidence.result(completed_at=STARTED_AT, now=0.0)

    return play
