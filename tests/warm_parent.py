"""A warm parent as a process, and Dagster runs to launch in it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psutil
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.commands import surroundings, warm_argv
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.engine.warm.local import WARM_LINK
from inspect_pipelines.engine.warm.wire import Message, ask
from patience import until
from resources.workers import WorkerLocks

TESTS = Path(__file__).parent
MODULE = "tiny_definitions"


@dataclass
class Warm:
    """A home, its Dagster instance, and a parent that may be dead."""

    home: Path
    instance: dg.DagsterInstance
    process: subprocess.Popen[bytes]

    @property
    def socket(self) -> Path:
        return self.home / "run" / "warm-1.sock"

    @property
    def workers(self) -> WorkerLocks:
        return WorkerLocks(self.home / "run" / "workers")

    def ask(self, **question: object) -> Message | None:
        return ask(self.socket, question)

    def launch(self, job: str = "quick") -> str:
        """A run, as the queue or the UI launches it."""
        run_id = self.create(job)
        self.instance.launch_run(run_id, None)
        return run_id

    def create(self, job: str = "quick") -> str:
        repository = ReconstructableRepository.for_module(MODULE, "defs")
        origin = JobPythonOrigin(job, repository.get_python_origin())
        assert isinstance(origin.repository_origin, RepositoryPythonOrigin)
        definition = repository.get_reconstructable_job(job).get_definition()
        return self.instance.create_run_for_job(definition, job_code_origin=origin).run_id

    def status(self, run_id: str) -> dg.DagsterRunStatus:
        return self.instance.get_run_by_id(run_id).status

    def ended(self, run_id: str, seconds: float = 60) -> dg.DagsterRunStatus:
        until(lambda: self.instance.get_run_by_id(run_id).is_finished, seconds)
        return self.status(run_id)

    def in_step(self, run_id: str) -> bool:
        return bool(self.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START))

    def messages(self, run_id: str) -> list[str]:
        logs = self.instance.all_logs(run_id)
        return [
            (entry.dagster_event.message if entry.dagster_event else entry.user_message) or ""
            for entry in logs
        ]


@contextlib.contextmanager
def warm_parent(home: Path, *options: str, **environment: str) -> Iterator[Warm]:
    """Started and listening; nothing of it is left at the end."""
    dagster_home = ensure_storages(home)
    settings = Settings(home=home)
    surrounding = {**surroundings(settings), "PYTHONPATH": str(TESTS), **environment}
    socket = home / "run" / "warm-1.sock"
    with (home / "logs" / "warm.log").open("ab") as log:
        process = subprocess.Popen(
            [*warm_argv(MODULE, socket), *options],
            cwd=home / "run",
            env=surrounding,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(lambda: socket.exists() or process.poll() is not None)
        assert process.poll() is None, (home / "logs" / "warm.log").read_text()
        link = home / "run" / WARM_LINK
        if not link.is_symlink():
            link.symlink_to(socket.name)
        with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
            yield Warm(home, instance, process)
    finally:
        process.kill()
        process.wait()
        for pid in WorkerLocks(home / "run" / "workers").processes().values():
            if pid != os.getpid():
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()
