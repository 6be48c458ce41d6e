"""Three hosts at work: web, daemon and all servers on the first, a worker each on the others, which share nothing but the network."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psycopg

from benchmarks.hosts.hosts import ADDRESS, Cluster, Host, hosts, until
from benchmarks.hosts.outside import HOOK_PORT, SECRET, SITE_PORT
from benchmarks.hosts.servers import PASSWORD, Servers, servers
from benchmarks.sending.starts import SECRET as DELIVERY_SECRET
from benchmarks.sending.starts import WHERE, send
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.engine.celery.broker import QUEUE
from inspect_pipelines.engine.instance import settings_text
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import estate
from resources.workers import WorkerLocks

COMMAND = Path(sys.executable).with_name("inspect-pipelines")
WEB = "127.0.0.1"
WEB_PORT = 8460
STARTS_SECONDS = 600.0
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
limits: {organization: 200, repository: 200, target_host: 200}
"""
SERVICES = f"""\
sources: [{{id: github-acme, kind: github, secrets: "${{env:BENCH_WEBHOOK_SECRET}}"}}]
channels:
  hook: {{kind: webhook, url: "http://{ADDRESS}:{HOOK_PORT}/hooks/qa", secret: "${{env:HOOK_SECRET}}", allow_private: ["{ADDRESS}"]}}
"""
IDLE_FRONT = "idle-front"
PLAYBOOKS = {
    IDLE_FRONT: ["{id: home, actions: [{goto: /}, {screenshot: home}]}"],
    "held-first": ["{id: home, timeout: 10m, actions: [{goto: /held}, {screenshot: home}]}"],
    "held-later": [
        "{id: home, actions: [{goto: /}, {screenshot: home}]}",
        "{id: held, timeout: 10m, actions: [{goto: /held}, {screenshot: held}]}",
    ],
}
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {{id: {name}}}
spec:
  base_url: "http://{address}:{port}"
  viewports: [{{name: desktop, width: 800, height: 600}}]
  steps: [{steps}]
"""
HEAD = "apiVersion: v1\nkind: ScheduleConfig\nmetadata: {orgId: default}\n"
INNER = OrgId("inner")  # an organisation whose runs only the last worker takes
LAUNCHER = f'celery {{"queues": {{"{INNER}": "{INNER}"}}}}'
TOLD = "overlap: allow, notify: {on_complete: {webhook: hook}}"
SCHEDULE = '  - {{id: {name}, cron: "{cron}", timezone: UTC, playbook: {playbook}, catch_up: all, {told}}}\n'
TRIGGER = "  - {{id: on-{playbook}, event: deployment.completed, environment: {playbook}, playbook: {playbook}, {told}}}\n"
NEVER = "0 2 1 1 *"


@dataclass
class Worker:
    """A `worker` on a host of its own."""

    host: Host
    at_once: int
    queues: Sequence[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it takes orders."""
        log = self.host.folder / "worker.log"
        before = log.stat().st_size if log.exists() else 0
        words = ["-m", "benchmarks.hosts.worker", "worker", "--at-once", str(self.at_once)]
        words += [word for queue in self.queues for word in ("--queue", queue)]
        self.process = process = self.host.start("worker.log", sys.executable, *words)
        until(
            lambda: "takes runs from" in log.read_text()[before:] or process.poll() is not None,
            STARTS_SECONDS,
            lambda: log.read_text()[-3000:],
        )
        assert process.poll() is None, log.read_text()[-3000:]

    def leave(self) -> None:
        """As for a deployment: it is asked to end, and does after its last run."""
        assert self.process is not None
        entered = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        os.kill(int(entered.read_text().split()[0]), signal.SIGTERM)
        until(lambda: self.process.poll() is not None, STARTS_SECONDS)  # type: ignore[union-attr]

    def living(self) -> set[str]:
        """The Dagster runs that have a process there, whatever others believe."""
        return {*WorkerLocks(self.host.folder / "home" / "run" / "workers").living()}

    def browsers(self) -> int:
        """How many processes of sessions there are."""
        return self.host.processes("sessions.browser.worker") + self.host.processes("--headless")


@dataclass
class Place:
    """What the journey needs of all that."""

    root: Path
    cluster: Cluster
    servers: Servers
    workers: list[Worker]
    house: House
    inner: House  # of the other organisation, over the same connections
    instance: dg.DagsterInstance
    delivered: int = 0
    called: list[str] = field(default_factory=list)  # ids of runs that were asked for by command

    def deliver(self, count: int, playbook: str = IDLE_FRONT) -> None:
        """So many deploys of what this playbook is for, each taken once."""
        for _ in range(count):
            payload = {
                "deployment_status": {"state": "success", "environment": playbook},
                "deployment": {"sha": f"{self.delivered:040x}", "ref": "main"},
                **WHERE,
            }
            name = f"deploy-{self.delivered}"
            until(lambda: self._is_taken(payload, name), STARTS_SECONDS)  # noqa: B023 called before the next turn
            self.delivered += 1

    def run(self, definition: str) -> str:
        """Ask for a run by command, on the first host; its id."""
        said: dict[str, Any] = json.loads(self.cluster.first.call(COMMAND, "run", definition, "--json"))
        self.called.append(said["id"])
        return str(said["id"])

    def runs_inside(self) -> list[Run]:
        """Of the other organisation."""
        with self.inner.ledger.read() as ledger:
            return ledger.runs.latest(limit=10**6)

    def runs(self) -> list[Run]:
        with self.house.ledger.read() as ledger:
            return ledger.runs.latest(limit=10**6)

    def holders(self) -> dict[str, str]:
        """Host by Dagster run: who has or had it last."""
        rows = self.sql("SELECT name, holder FROM leases WHERE name LIKE 'worker:%'")
        return {name.partition(":")[2]: holder.partition(" ")[0] for name, holder in rows}

    def sql(self, query: str, database: str = "inspect") -> list[tuple[Any, ...]]:
        """What the server says, whatever the product makes of it."""
        url = self.servers.database.replace("+psycopg", "").removesuffix("inspect") + database
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]  # ours, as they stand

    def lines(self, name: str) -> list[str]:
        """Of a file that the world outside writes."""
        file = self.cluster.first.folder / "outside" / name
        return file.read_text().splitlines() if file.exists() else []

    def _is_taken(self, payload: dict[str, Any], name: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return send(f"http://{WEB}:{WEB_PORT}", "deployment_status", payload, name) in (200, 202)
        return False


@contextlib.contextmanager
def place(
    root: Path, schedules: Callable[[], tuple[str, str]], ports: range, *, at_once: int, idle_seconds: float
) -> Iterator[Place]:
    """Everything up but the workers; nothing is left at the end but the folder.

    Args:
        schedules: Asked for their text when they are about to be applied, and for that of the other organisation.
    """
    with contextlib.ExitStack() as stack:
        cores = sorted(os.sched_getaffinity(0))
        cluster = stack.enter_context(hosts(root, "host-a", {"host-b": cores[0], "host-c": cores[-1]}))
        cluster.first.enter_network()
        found = stack.enter_context(servers(cluster.first, ports))
        for host in (cluster.first, *cluster.others):
            _furnish(host, found, idle_seconds)
        text, inside = schedules()
        _write_project(cluster.first.folder / "project", text, services=SERVICES)
        _write_project(cluster.first.folder / INNER, inside, INNER)
        outside = cluster.first.folder / "outside"
        outside.mkdir()
        cluster.first.start(
            "outside.log", sys.executable, "-m", "benchmarks.hosts.outside", cluster.first.here / "outside"
        )
        until((outside / "ready").exists)
        for project in ("project", INNER):
            cluster.first.call(
                "env", f"INSPECT_PROJECT={cluster.first.here / project}", COMMAND, "apply", "--yes"
            )
        _start_first(cluster.first)
        shared = found.variables(cluster.first.folder / "secrets" / "bucket")
        for name, value in shared.items():  # whoever looks from here is one more process of the first host
            os.environ[name] = value
            stack.callback(os.environ.pop, name, None)
        build = estate(Settings(home=root / "looking")).house
        house = build(DEFAULT_ORG)
        stack.callback(house.ledgers.close)
        home = root / "looking" / "dagster"
        home.mkdir(parents=True)
        (home / "dagster.yaml").write_text(settings_text(home, 2, "dagster"))
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(home)))
        here, there = cluster.others
        workers = [Worker(here, at_once, [QUEUE]), Worker(there, at_once, [QUEUE, INNER])]
        yield Place(root, cluster, found, workers, house, build(INNER), instance)


def _furnish(host: Host, found: Servers, idle_seconds: float) -> None:
    """Variables, secrets and a home of its own, empty at first; all names are short, since the paths of Chromium's sockets are bounded."""
    for folder in ("secrets", "t"):
        (host.folder / folder).mkdir(parents=True)
    (host.folder / "secrets" / "bucket").write_text(PASSWORD)
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("INSPECT_", "DAGSTER_"))}
    host.environment = {
        **ours,
        **found.variables(host.here / "secrets" / "bucket"),
        "HOME": str(host.here),
        "TMPDIR": str(host.here / "t"),
        "PYTHONPATH": str(Path.cwd()),
        "INSPECT_HOME": str(host.here / "home"),
        "INSPECT_PROJECT": str(host.here / "project"),
        "INSPECT_RUN_LAUNCHER": LAUNCHER,
        "INSPECT_MAX_RUNS": "12",
        "BENCH_WEBHOOK_SECRET": DELIVERY_SECRET,
        "HOOK_SECRET": SECRET,
        "IDLE_SECONDS": str(idle_seconds),
    }


def _write_project(project: Path, schedules: str, org: OrgId = DEFAULT_ORG, services: str = "") -> None:
    (project / "playbooks").mkdir(parents=True)
    files = {"schedules.yaml": schedules, "organization.yaml": ORGANIZATION + services}
    for name, text in files.items():
        (project / name).write_text(text.replace("orgId: default", f"orgId: {org}"))
    for name, steps in PLAYBOOKS.items():
        text = PLAYBOOK.format(name=name, address=ADDRESS, port=SITE_PORT, steps=", ".join(steps))
        (project / "playbooks" / f"{name}.yaml").write_text(text)


def _start_first(host: Host) -> None:
    daemon = host.start("daemon.log", COMMAND, "daemon")
    web = host.start("web.log", COMMAND, "web", "--port", str(WEB_PORT))
    log = host.folder / "daemon.log"

    def is_up() -> bool:
        assert web.poll() is None, (host.folder / "web.log").read_text()[-3000:]
        assert daemon.poll() is None, log.read_text()[-3000:]
        with contextlib.suppress(httpx.HTTPError):
            return (
                "up after" in log.read_text()
                and httpx.get(f"http://{WEB}:{WEB_PORT}/readyz", trust_env=False).is_success
            )
        return False

    until(is_up, STARTS_SECONDS)
