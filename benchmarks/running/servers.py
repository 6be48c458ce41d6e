"""Dagster's servers around the no-op jobs: with our settings, or as Dagster comes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import httpx
import psutil

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine import commands
from inspect_pipelines.engine.addresses import UI_PREFIX, accepts, answers, free_port
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.storages import ensure_storages
from resources.dagster.graphql import LAUNCH

MODULE = "benchmarks.running.noop"
STOCK = """\
telemetry: {enabled: false}
nux: {enabled: false}
"""
DIRECT = """\
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
"""
HOST = "127.0.0.1"


@dataclass
class Servers:
    """A home with everything that was asked for running in it."""

    home: Path
    ui: httpx.Client
    is_stock: bool
    instance: dg.DagsterInstance
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def launch(self, job: str = "noop") -> tuple[str, float]:
        """Launch over GraphQL, as people and our command do; returns the run and the time before the request."""
        params = {
            "selector": {
                "repositoryName": "__repository__",
                "repositoryLocationName": "inspect_pipelines.definitions",
                "jobName": job,
            },
            "runConfigData": {},
        }
        asked = time.time()
        body = {"query": LAUNCH, "variables": {"params": params}}
        answer = self.ui.post("graphql", json=body).json()
        launched = answer["data"]["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id: str = launched["run"]["runId"]
        return run_id, asked

    def first_step_at(self, run_id: str) -> float:
        """When its first step began, waiting for it."""
        wait_for(lambda: self._steps(run_id), 120)
        return min(entry.timestamp for entry in self._steps(run_id))

    def _steps(self, run_id: str) -> Sequence[dg.EventLogEntry]:
        return self.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)

    def wait(self, *run_ids: str, seconds: float = 600) -> None:
        for run_id in run_ids:
            wait_for(lambda: self.instance.get_run_by_id(run_id).is_finished, seconds)  # noqa: B023
            status = self.instance.get_run_by_id(run_id).status
            assert status is dg.DagsterRunStatus.SUCCESS, (run_id, status)

    def run_processes(self) -> list[psutil.Process]:
        """What executes runs now: the forks of the parent, or whatever is below the code server."""
        server = self.processes["code" if self.is_stock else "warm"]
        return psutil.Process(server.pid).children(recursive=True)


@contextlib.contextmanager
def servers(
    folder: Path,
    *,
    is_stock: bool,
    with_daemon: bool,
    with_ui: bool = True,
    module: str = MODULE,
    prepare: Callable[[Path], None] = lambda home: None,
    **environment: str,
) -> Iterator[Servers]:
    """Start them, yield when they answer, and leave none behind; `prepare` fills the home before."""
    home = folder / f"{'stock' if is_stock else 'warm'}-{time.monotonic_ns()}"
    dagster_home = ensure_storages(home) if Settings().dagster_database_url else ensure_instance(home)
    prepare(home)
    if is_stock:
        (dagster_home / "dagster.yaml").write_text(STOCK if with_daemon else STOCK + DIRECT)
    surroundings = {
        **commands.surroundings(Settings(home=home)),
        "PYTHONPATH": str(Path.cwd()),
        **environment,
    }
    workspace, port = home / "run" / "workspace.yaml", free_port(3900, host=HOST)
    workspace.write_text(commands.workspace_text(home / "run" / "code.sock"))
    processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(name: str, argv: Sequence[str], ready: Callable[[], bool]) -> None:
        with (home / "logs" / f"{name}.log").open("wb") as log:
            processes[name] = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=surroundings, cwd=home / "run"
            )
        wait_for(lambda: ready() or processes[name].poll() is not None, 120)
        assert processes[name].poll() is None, (home / "logs" / f"{name}.log").read_text()[-2000:]

    run = home / "run"
    try:
        start("code", commands.code_argv(module, run / "code.sock"), lambda: accepts(run / "code.sock"))
        if not is_stock:
            (run / "warm.sock").symlink_to("warm-1.sock")
            start(
                "warm", commands.warm_argv(module, run / "warm-1.sock"), lambda: accepts(run / "warm-1.sock")
            )
        if with_ui:
            if is_stock:
                stock_ui = [sys.executable, "-m", "dagster_webserver"]
                stock_ui += ["-w", str(workspace), "-h", HOST, "-p", str(port)]
                start("ui", stock_ui, lambda: answers(HOST, port, "/server_info"))
            else:
                start("ui", commands.ui_argv(workspace, run / "ui.sock"), lambda: accepts(run / "ui.sock"))
        # ours answers on its socket, below the prefix at which `up` puts it behind its own door
        transport = httpx.HTTPTransport(uds=None if is_stock else str(run / "ui.sock"))
        url = f"http://{HOST}:{port}/" if is_stock else f"http://{HOST}{UI_PREFIX}/"
        with (
            dg.DagsterInstance.from_config(str(dagster_home)) as instance,
            httpx.Client(base_url=url, transport=transport, timeout=120, trust_env=False) as ui,
        ):
            if with_daemon:
                start("daemon", commands.daemon_argv(workspace), lambda: _beats(instance))
            yield Servers(home, ui, is_stock, instance, processes)
    finally:
        for process in reversed(processes.values()):
            for child in (
                psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            ):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], object], seconds: float, every: float = 0.02) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, f"it did not come true within {seconds:g} s"
        time.sleep(every)


def _beats(instance: dg.DagsterInstance) -> bool:
    return "QUEUED_RUN_COORDINATOR" in instance.get_daemon_heartbeats()
