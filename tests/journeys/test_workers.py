"""Runs over a real Redis server to a real worker beside a real `up`: Redis is emptied, a worker is killed, and each run ends once."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from journeys_commands import COMMAND, Project
from journeys_up import HeldSite, up, write_project
from patience import until
from redis_server import RedisServer, a_redis_server
from resources.ledger.store import create_ledgers
from resources.workers import WorkerLocks

OPEN = ("pending", "running")
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
limits: {repository: 3, target_host: 3}
"""


@dataclass(frozen=True)
class Sent(Project):
    """A project whose runs go over a broker."""

    redis: RedisServer

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "INSPECT_RUN_LAUNCHER": "celery",
            "INSPECT_BROKER_URL": self.redis.url,
            "INSPECT_MAX_RUNS": "3",
        }
        return {**super().environment, **ours}


@contextlib.contextmanager
def a_worker(project: Project) -> Iterator[psutil.Process]:
    """Takes runs; at the end it is killed with all that it has started, as if its machine had lost its power."""
    out = project.root / "worker.out"
    with out.open("wb") as output:
        process = subprocess.Popen(
            [COMMAND, "worker"],
            cwd=project.root,
            env=project.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: "takes runs from" in out.read_text() or process.poll() is not None, 120)
        assert process.poll() is None, out.read_text()
        yield psutil.Process(process.pid)
    finally:
        ended = [
            *psutil.Process(process.pid).children(recursive=True),
            *map(psutil.Process, WorkerLocks(project.home / "run" / "workers").processes().values()),
        ]
        for one in [psutil.Process(process.pid), *ended]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def test_an_emptied_redis_and_a_killed_worker_cost_no_run_and_double_none(
    tmp_path: Path, site: HeldSite
) -> None:
    write_project(tmp_path, site.url, "first", "second", "third")
    with a_redis_server(tmp_path) as redis:
        project = Sent(tmp_path, redis)
        (tmp_path / "organization.yaml").write_text(ORGANIZATION)
        project.does("apply", "--yes")
        with up(project):
            site.gate.clear()
            with a_worker(project):
                killed = project.asked("run", "first")["id"]
                until(lambda: site.asked, 120)
            site.gate.set()
            waiting = [project.asked("run", each)["id"] for each in ("second", "third")]
            until(lambda: redis.client.llen("runs") == 2, 120)
            redis.client.flushall()
            with a_worker(project):
                until(lambda: all(run["status"] not in OPEN for run in runs_of(project)), 180)
                ended = {run["id"]: run["status"] for run in runs_of(project)}
                until(lambda: parts(project) == ["up", "worker"])
            queued = redis.client.llen("runs"), redis.client.hlen("unacked")
        facts = project.asked("history", "sql", "SELECT run_id, status FROM automated_runs")

    assert ended == {killed: "error", **dict.fromkeys(waiting, "needs_review")}
    assert sorted(fact["run_id"] for fact in facts) == sorted(ended), "each is told once"
    assert queued == (0, 0)
    assert parts(project) == ["worker"], "it was killed; up took its word back"


def parts(project: Project) -> list[str]:
    """Who says in the ledger to be there."""
    ledgers = create_ledgers(project.home / "ledger.db")
    try:
        return [one.part for one in ledgers.presences.told()]
    finally:
        ledgers.close()


def runs_of(project: Project) -> list[dict[str, str]]:
    found: list[dict[str, str]] = project.asked("runs", "list")
    return found
