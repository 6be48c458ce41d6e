"""A home under `up`, a page to watch, and the processes that can be killed there."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import psutil

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.engine.choose import engine_for
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.engine import Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.wiring import house as build
from resources.workers import WorkerLocks

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))
DEFINITION = "watched"
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: front, name: Front page}
spec:
  base_url: "%s"
  viewports: [{name: desktop, width: 640, height: 480}]
  steps:
    - {id: home, name: Home, actions: [{goto: /}, {screenshot: home}]}
"""
SCHEDULES = f"""\
apiVersion: v1
kind: ScheduleConfig
metadata: {{orgId: default}}
schedules:
  - {{id: {DEFINITION}, name: Watched, cron: "0 2 1 1 *", timezone: UTC, playbook: front, timeout_minutes: 5,
     notify: {{on_complete: {{slack_channel: "#qa"}}}}}}
"""
SERVICES = ("web", "code", "warm", "daemon", "ui")
OF_A_RUN = ("child", "browser_worker", "driver", "chromium")
PATIENCE_SECONDS = 120.0


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"<!doctype html><title>Front</title><h1>Front page</h1>")

    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Place:
    """What a round needs of it."""

    house: House
    settings: Settings
    instance: dg.DagsterInstance
    up: subprocess.Popen[bytes]

    @property
    def home(self) -> Path:
        return Path(self.house.home)

    def state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.home / "run" / "up.json").read_text())
        except (FileNotFoundError, ValueError):
            return {"pids": {}}
        return found

    def request(self, key: str) -> Run:
        """Ask for a run as the command does, until somebody takes it."""
        wanted = start.request(self.house, DefinitionId(DEFINITION), {}, by="chaos", key=key)
        launch = Launch(DEFINITION, wanted.origin, {".dagster/inspect.origin": wanted.origin})
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            engine = engine_for(self.settings)
            try:
                engine.launch(launch)
            except InspectError:  # the UI was killed under it: asking again finds the same run
                assert time.monotonic() < give_up_at, "nobody takes a run any more"
                time.sleep(0.5)
            else:
                return wanted
            finally:
                if hasattr(engine, "close"):
                    engine.close()

    def run(self, wanted: Run) -> Run:
        with self.house.ledger.read() as ledger:
            found = ledger.runs.find(wanted.id)
        assert found is not None, f"run {wanted.id} is lost"
        return found

    def dagster_runs(self, wanted: Run) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(tags={".dagster/inspect.origin": wanted.origin})))

    def kill(self, victim: str, wanted: Run) -> bool:
        """SIGKILL, now; False when there is no such process."""
        pids = [self.state()["pids"].get(victim)] if victim in SERVICES else self._of_run(victim, wanted)
        for pid in filter(None, pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def _of_run(self, victim: str, wanted: Run) -> list[int | None]:
        workers = WorkerLocks(self.home / "run" / "workers")
        child = next(
            (pid for run in self.dagster_runs(wanted) if (pid := workers.process_of(run.run_id))), None
        )
        if victim == "child" or child is None:
            return [child]
        try:
            family = psutil.Process(child).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [process.pid for process in family if kind_of(process) == victim]

    def browsers(self) -> list[psutil.Process]:
        """Every living process of a session of this home."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                environment = process.environ()
                mine = environment.get("INSPECT_HOME") == str(self.home)
                if (
                    mine
                    and "INSPECT_SESSION_FOLDER" in environment
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def is_whole(self) -> bool:
        """Whether every service is there."""
        pids = self.state()["pids"]
        return set(pids) == set(SERVICES) and all(_lives(pid) for pid in pids.values())


@contextlib.contextmanager
def a_place(folder: Path, *, port: int) -> Iterator[Place]:
    """Everything up and the definition applied; nothing of it is left at the end."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    Thread(target=site.serve_forever, daemon=True).start()
    project, home = folder / "project", folder / "home"
    (project / "playbooks").mkdir(parents=True)
    (project / "schedules.yaml").write_text(SCHEDULES)
    (project / "playbooks" / "front.yaml").write_text(PLAYBOOK % f"http://127.0.0.1:{site.server_port}")
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("INSPECT_", "DAGSTER_"))}
    environment = {**ours, "INSPECT_HOME": str(home), "INSPECT_PROJECT": str(project)}
    subprocess.run([COMMAND, "apply", "--yes"], env=environment, check=True, stdout=subprocess.DEVNULL)
    settings = Settings(home=home, project=project)
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [COMMAND, "up", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: (home / "run" / "up.json").exists() or up.poll() is not None, PATIENCE_SECONDS)
        assert up.poll() is None, (folder / "up.log").read_text()
        with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
            yield Place(build(settings), settings, instance, up)
    finally:
        up.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            up.wait(30)
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.pid != os.getpid() and process.environ().get("INSPECT_HOME") == str(home):
                    process.kill()
        site.shutdown()
        site.server_close()


def kind_of(process: psutil.Process) -> str:
    try:
        words = " ".join(process.cmdline())
        if "sessions.browser.worker" in words:
            return "browser_worker"
        return "driver" if process.name() == "node" else "chromium"
    except psutil.Error:
        return "gone"


def wait_until(condition: Callable[[], object], seconds: float, every: float = 0.05) -> bool:
    """Whether it came true in time."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(every)
    return True


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
