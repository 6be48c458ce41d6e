"""A release that comes while a site is looked at: what was seen is of two builds, and nobody judges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.domain.site_build import BuildSource
from session_requests import a_request


class Releases:
    """A site whose build is the next of a list each time that it is asked."""

    def __init__(self) -> None:
        self.builds: list[str] = []
        releases = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_led = self.path == "/led"
                build = "" if is_led or self.path != "/version" else releases.next()
                self.send_response(302 if is_led else 200 if self.path in ("/", "/version") else 404)
                if is_led:
                    self.send_header("Location", "http://localhost:1/elsewhere")
                self.send_header("X-Build", build)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<h1>Shop</h1>")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self) -> str:
        return self.builds.pop(0)


@pytest.fixture(scope="module")
def releases() -> Iterator[Releases]:
    site = Releases()
    yield site
    site.server.shutdown()
    site.server.server_close()


def asking(releases: Releases, source: BuildSource) -> SessionRequest:
    request = a_request(releases.url, Goto("/"), TakeScreenshot("home"), ExpectText(None, contains="Shop"))
    return replace(request, playbook=replace(request.playbook, build=source))


@pytest.mark.parametrize(
    ("builds", "status", "build", "error"),
    [
        (["a", "a"], SessionStatus.COMPLETED, "a", None),
        (
            ["a", "b"],
            SessionStatus.SITE_CHANGED,
            "b",
            "the site changed while it was looked at: its build was 'a' and is 'b'",
        ),
    ],
)
def test_a_build_is_asked_for_before_and_after(
    play,
    releases,
    monkeypatch: pytest.MonkeyPatch,
    builds: list[str],
    status: SessionStatus,
    build: str,
    error: str | None,
) -> None:
    monkeypatch.setattr(releases, "builds", [*builds])

    result = play(request=asking(releases, BuildSource("/version", header="x-build")))

    assert (result.status, result.build, result.error) == (status, build, error)
    assert releases.builds == []
    assert len(result.screenshots) == 1


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (BuildSource("/gone"), "it answered 404 Not Found"),
        (BuildSource("/", meta="build"), "there is no <meta name='build'> in its answer"),
        (BuildSource("/led"), "'localhost:1', which is not allowed"),
    ],
)
def test_a_build_that_nobody_can_read_is_told_and_stops_nothing(
    play, releases, source: BuildSource, why: str
) -> None:
    result = play(request=replace(asking(releases, source), allowed_hosts=("127.0.0.1",)))

    assert (result.status, result.build) == (SessionStatus.COMPLETED, None)
    (told,) = result.findings
    assert (told.kind, told.severity) == (FindingKind.REQUEST_FAILED, Severity.WARNING)
    assert "the site's build is unknown" in told.message
    assert why in told.message
