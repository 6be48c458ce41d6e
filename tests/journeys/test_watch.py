"""`watch URL` as a user types it, on a site that would like to do more than be looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from journeys_commands import Project

TITLE = "Shop \x1b]0;owned\x07\x1b[2J"
HOSTILE = (
    "/a%1B%5B31mred",  # colours a terminal
    "/x%22%0A%20%20%20%20-%20evaluate%3A%20%22steal()",  # would be a step of its own in YAML
    "/..%2f..%2f..%2fetc/passwd",
    "/round",  # leads on to itself without end
    "/away",  # leads to another host
    "javascript:document.title='ran'",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "//elsewhere.test/",
)
PAGE = f"""<!doctype html><title>{TITLE}</title><link rel=icon href="data:,"><h1>Shop</h1>
    {"".join(f'<a href="{link}">{TITLE}</a> ' for link in ("/", "/basket", *HOSTILE))}
    <iframe src="http://169.254.169.254/latest/meta-data"></iframe>
    <script>console.error("\\u001b[2Jcleared"); fetch("//elsewhere.test/").catch(() => 0)</script>"""


class Hostile(ThreadingHTTPServer):
    """It remembers what it was asked for, and by which name."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: set[tuple[str, str]] = set()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hostile

    def do_GET(self) -> None:
        self.server.asked.add((self.headers.get("Host", ""), self.path))
        leads = {"/round": "/round", "/away": f"http://localhost:{self.server.server_address[1]}/away"}
        if to := leads.get(self.path):
            self.send_response(302)
            self.send_header("Location", to)
            self.end_headers()
            return
        text = "" if self.path == "/robots.txt" else PAGE
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Hostile]:
    with Hostile() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_site_is_watched_by_its_address_alone_and_can_do_nothing_about_it(tmp_path: Path, site: Hostile):
    """It is photographed and compared, nobody is told, no file is written, and nothing but its own pages is asked for."""
    project = Project(tmp_path)

    refused = project.call("watch", f"http://{site.host}/", expected=None)
    asked_before = {*site.asked}
    begun = project.call(
        "watch", f"http://{site.host}/", "--times", "2", "--pages", "4", "--id", "w", "--yes"
    )

    assert "nothing was opened; run it again with --yes to agree" in refused.stderr
    assert asked_before == set()
    assert [line.strip().partition(":")[0] for line in begun.stdout.splitlines() if "passed" in line] == [
        "run 1",
        "run 2",
    ]
    assert not any(each in begun.stdout + begun.stderr for each in "\x1b\x07")
    assert {host for host, _ in site.asked} == {site.host}
    assert [each.name for each in tmp_path.iterdir()] == [".inspect"]
    assert project.asked("notifications", "list") == []
    (row,) = project.here("watch", "list").stdout.splitlines()[1:]
    assert (row.split()[0], row.split()[-1]) == ("w", "2")
    early = project.here("watch", "propose", "w")
    assert (early.returncode, "has been observed 2 times, and 5 are needed" in early.stderr) == (2, True)
    assert project.here("watch", "stop", "w").returncode == 0
    assert project.here("watch", "list").stdout.startswith("nothing is watched")
