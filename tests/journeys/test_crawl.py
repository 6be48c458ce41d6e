"""`init URL --crawl` on a site with every small annoyance: what it writes shows the same twice, and nothing was done to the site."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.usecases.pictures.compare import compare
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.sessions import BrowserSessions

BANNER = (
    "<div id='cookie-bar' style='position:fixed;bottom:0;left:0;right:0;height:90px;background:#ddd'>"
    "We use cookies. <button onclick='this.parentNode.remove()'>Reject</button></div>"
)
LINKS = (
    *(
        "/",
        "/items/1",
        "/items/2",
        "/private/x",
        "/gone",
        "/broken",
        "/logout",
        "/items/3/delete",
        "/manual.pdf",
    ),
    *("https://elsewhere.test/", "mailto:ada@shop.test"),
)
NAV = "".join(f"<a href='{link}'>{link}</a> " for link in LINKS)
FORM = "<form method='post' action='/orders'><button>Buy</button></form>"


class Annoying(ThreadingHTTPServer):
    """Every answer of its first page is another one; it remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.numbers = itertools.count(7, 13_003)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Annoying

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(f"GET {self.path}")
        body = f"<p>This is {path}.</p>"
        if path == "/":
            number = next(self.server.numbers)
            body = f"<p>Visitor <b class='visitor'>{number}</b></p><div id='ad' style='height:60px'>Ad {number * 7919 % 10_007}</div>{FORM}"
        elif path == "/broken":
            body = "<script>throw new Error('defect 17')</script>"
        known = path in ("/", "/broken") or path.startswith("/items/")
        if path == "/robots.txt":
            self._answer(200, "text/plain", "User-agent: *\nDisallow: /private/\n")
        else:
            page = f"<!doctype html><title>x</title><link rel=icon href='data:,'><h1>Shop</h1>{NAV}{body}{BANNER}"
            self._answer(200 if known else 404, "text/html; charset=utf-8", page)

    def do_POST(self) -> None:
        self.server.asked.append(f"POST {self.path}")
        self._answer(500, "text/plain", "")

    def _answer(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Annoying]:
    with Annoying() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_crawled_playbook_shows_the_same_twice_and_nothing_was_done_to_the_site(
    tmp_path, monkeypatch, site
):
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    refused = CliRunner().invoke(cli, ["init", site.url, "--crawl", "--id", "shop"])
    assert "nothing was opened; run it again with --yes to agree" in str(refused.exception)
    assert site.asked == []
    result = CliRunner().invoke(cli, ["init", f"{site.url}/", "--crawl", "--yes", "--id", "shop"])
    assert result.exception is None, result.output

    crawled = [asked for asked in site.asked if asked != "GET /favicon.ico"]
    allowed = {"/robots.txt", "/", "/items/1", "/gone", "/broken"}
    assert {*crawled} == {f"GET {path}" for path in allowed}
    project = load_project(tmp_path, kinds=CHANNELS, now=datetime(2026, 11, 29, tzinfo=UTC))
    (schedule,) = project.definitions
    (playbook,) = schedule.plan.playbooks
    assert (schedule.enabled, project.warnings) == (False, ())
    assert [step.id for step in playbook.steps] == ["home", "items-1", "broken"]
    (dismiss,) = playbook.page.dismiss
    assert str(dismiss.click) == "button 'Reject' within #cookie-bar"
    assert [(one.kinds, one.url) for one in playbook.findings.ignore] == [
        (("page_error",), f"{site.url}/broken**")
    ]
    first, second = _played(tmp_path, playbook), _played(tmp_path, playbook)
    images = {shot.view: image_of(shot, RunId("one")) for shot in first.screenshots}
    baseline = Baseline(
        BaselineId("b"), DEFAULT_ORG, "shop", images, first.completed_at, "user:ada", RunId("one")
    )
    gallery = FolderGallery(tmp_path / "gallery")
    compared = compare(gallery, baseline, second.screenshots, BaselinePolicy(), draws=False)
    assert [str(one.view) for one in compared if not one.passed] == []
    assert len(compared) == 6
    assert not any(finding.fails_at("error") for finding in (*first.findings, *second.findings))


def _played(folder: Path, playbook) -> SessionResult:
    sessions = BrowserSessions(gallery=folder / "gallery", scratch=folder / "run", clock=SystemClock())
    try:
        deadline = datetime.now(UTC).replace(year=2100)
        result = sessions.play(SessionRequest("s", "r", playbook, {}), deadline=deadline)
    finally:
        sessions.close()
    assert result.status is SessionStatus.COMPLETED, result.error
    return result
