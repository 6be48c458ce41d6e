"""A worker as a process, with the definitions of `tiny_definitions`, and the launcher that hands it runs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psutil
import pytest

from inspect_pipelines.engine.storages import ensure_storages
from patience import until
from redis_server import RedisServer, a_redis_server
from resources.workers import WorkerLocks
from warm_parent import MODULE, TESTS, Warm

SERVE = """
import sys
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.celery.worker import Wishes, Worker
from resources.clock import SystemClock
from resources.publication import FilePublication
settings = Settings()
publication = FilePublication(settings.absolute_home())
wishes = Wishes(sys.argv[2].split(","), int(sys.argv[3]), sys.argv[1])
Worker(settings, wishes, SystemClock(), print, publication).run(print)
"""
QUEUES = '{"queues": {"strangers": "outer"}}'


@dataclass
class Crew(Warm):
    """A home whose runs go over a broker; workers come and go."""

    redis: RedisServer

    @property
    def said(self) -> str:
        return (self.home / "worker.out").read_text()

    def work(self, queues: str = "runs", at_once: int = 2) -> subprocess.Popen[bytes]:
        """Start a worker, and come back when it takes runs."""
        with (self.home / "worker.out").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, MODULE, queues, str(at_once)],
                env={**os.environ, "PYTHONPATH": str(TESTS), "PYTHONUNBUFFERED": "1"},
                cwd=self.home / "run",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(lambda: (self.home / "run" / "worker.ready").exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self.process

    def stop(self) -> None:
        """End the worker with all that it has started, at once."""
        for child in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait()


@contextlib.contextmanager
def a_crew(home: Path) -> Iterator[Crew]:
    """A home, its broker and one worker with room for two; nothing of it is left at the end."""
    with pytest.MonkeyPatch.context() as patch, a_redis_server(home.parent) as redis:
        patch.setenv("INSPECT_HOME", str(home))
        patch.setenv("INSPECT_RUN_LAUNCHER", f"celery {QUEUES}")
        patch.setenv("INSPECT_BROKER_URL", redis.url)
        dagster_home = ensure_storages(home)
        with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
            crew = Crew(home, instance, None, redis)  # type: ignore[arg-type]  # `work` starts one
            try:
                yield crew
            finally:
                if crew.process is not None and crew.process.poll() is None:
                    crew.stop()
                for pid in WorkerLocks(home / "run" / "workers").processes().values():
                    with contextlib.suppress(psutil.NoSuchProcess):
                        psutil.Process(pid).kill()
