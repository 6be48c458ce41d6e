"""`inspect-pipelines up` as a process, and a site whose page comes when a test wants."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import psutil

from inspect_pipelines.engine.storages import ensure_storages
from journeys_commands import COMMAND, Project
from patience import until

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: front, name: Front page}
spec:
  base_url: "%s"
  viewports: [{name: desktop, width: 800, height: 600}]
  steps:
    - {id: home, name: Home, timeout: 10m, actions: [{goto: /}, {screenshot: home}]}
"""
SCHEDULE = """\
  - {id: %s, name: Front, cron: "0 2 * * *", timezone: UTC, playbook: front, timeout_minutes: 30}
"""


def write_project(root: Path, url: str, *ids: str) -> Project:
    """A project with one playbook and a schedule for each id."""
    (root / "playbooks").mkdir(exist_ok=True)
    (root / "playbooks" / "front.yaml").write_text(PLAYBOOK % url)
    schedules = "".join(SCHEDULE % name for name in ids)
    head = "apiVersion: v1\nkind: ScheduleConfig\nmetadata: {orgId: default}\nschedules:\n"
    (root / "schedules.yaml").write_text(head + schedules)
    return Project(root)


PAGE = b"<!doctype html><title>Front</title><h1>Front page</h1>"
FETCHES = b"<p id=later hidden>Later</p><script>fetch('/').then(() => { later.hidden = false })</script>"


class HeldSite(ThreadingHTTPServer):
    """One page; it comes while `gate` is set. At `/free` is one that comes at once, and fetches it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.gate = Event()
        self.gate.set()
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    server: HeldSite

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.path != "/free":
            self.server.gate.wait(600)
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the browser may have been closed meanwhile
            self.wfile.write(PAGE + FETCHES * (self.path == "/free"))

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def held_site() -> Iterator[HeldSite]:
    with HeldSite() as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield site
        site.gate.set()
        site.shutdown()


@dataclass
class Up:
    """A running `up`."""

    project: Project
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        return (self.project.root / "up.out").read_text()

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.project.home / "run" / "up.json").read_text())
        return state

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.state['web_url']}{path}", trust_env=False, timeout=60)

    def is_healthy(self) -> bool:
        try:
            return self.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def jobs(self) -> list[str]:
        """What the Dagster UI shows; nothing while it does not answer."""
        query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
        url = f"{self.state['ui_url']}/graphql"
        try:
            answer = httpx.post(url, json={"query": query}, trust_env=False, timeout=60)
        except httpx.TransportError:
            return []
        if answer.status_code >= 500:  # our door answers while nobody does behind it
            return []
        data = answer.json()["data"]
        names = [job["name"] for node in data["repositoriesOrError"]["nodes"] for job in node["jobs"]]
        return sorted(name for name in names if not name.startswith("__"))

    def family(self) -> list[psutil.Process]:
        """Every process of this home: those that carry it, browsers a session's folder in it, in their environment."""
        mine = f"={self.project.home}"
        return [p for p in psutil.process_iter() if any(mine in each for each in _environment(p))]


@contextlib.contextmanager
def up(project: Project, *options: str, makes_databases: bool = False) -> Iterator[Up]:
    """Start it, wait until it says that it is up, and leave nothing behind.

    Args:
        makes_databases: Those of Dagster, as in a new home, which takes two seconds of a process; else they are copied.
    """
    if not makes_databases:
        ensure_storages(project.home)
    with (project.root / "up.out").open("wb") as out:
        process = subprocess.Popen(
            [COMMAND, "up", *options],
            cwd=project.root,
            env=project.environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    running = Up(project, process)
    try:
        until(lambda: "up after" in running.said or process.poll() is not None, 180)
        assert process.poll() is None, running.said
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(120)
        for left in running.family():
            left.kill()


def _environment(process: psutil.Process) -> list[str]:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return []
        return [f"{name}={value}" for name, value in process.environ().items()]
    except psutil.Error:
        return []
