"""Machines that work together: a home under `up` each, one PostgreSQL behind PgBouncer for the ledger and for Dagster, one folder of pictures.

All are processes of this machine. What makes them several for the product is the home: locks, sockets, logs, history and the
warm parent are each one's own, and nothing but the database says to one that the other is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import psutil
import psycopg

from benchmarks.sending.starts import PLAYBOOK, SECRET, _Page, until
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.dagster_database import VARIABLE
from inspect_pipelines.engine.instance import settings_text
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
limits: {organization: 4, repository: 4, target_host: 4}
sources: [{id: github-acme, kind: github, secrets: "${env:BENCH_WEBHOOK_SECRET}"}]
"""


@dataclass
class Machine:
    """One `up`."""

    name: str
    home: Path
    environment: dict[str, str]
    up: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.home.parent / f"{self.name}.log").read_text(errors="replace")

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "run" / "up.json").read_text())
        return found

    def answer(self, *words: str) -> str:
        """What a command says there; nothing, when it could not."""
        done = subprocess.run(
            [COMMAND, *words],
            env=self.environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode == 0 else ""

    def messages(self) -> list[str]:
        """The names of the messages that its senders have sent."""
        return [file.name for file in (self.home / "outbox").glob("*.txt")]


@dataclass
class Place:
    """What all of them share."""

    house: House
    instance: dg.DagsterInstance
    machines: list[Machine]
    server: str  # the URL of the database server, as psycopg takes it


@contextlib.contextmanager
def machines(root: Path, schedules: str, count: int = 2) -> Iterator[Place]:
    """So many under `up`, the same files applied in each; nothing of them is left at the end."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    from postgres import a_bouncer, a_server  # the server that the ledger's contract is tested on

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _Page) as site,
        a_server() as server,
        a_bouncer(server) as bouncer,
        contextlib.ExitStack() as stack,
    ):
        Thread(target=site.serve_forever, daemon=True).start()
        stack.callback(site.shutdown)
        (root / "playbooks").mkdir()
        (root / "playbooks" / "front.yaml").write_text(PLAYBOOK % f"http://127.0.0.1:{site.server_port}")
        (root / "schedules.yaml").write_text(schedules)
        (root / "organization.yaml").write_text(ORGANIZATION)
        admin = server.replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE dagster")
        shared = {
            "INSPECT_PROJECT": str(root),
            "INSPECT_DATABASE_URL": bouncer,
            VARIABLE: server.replace("+psycopg", "+psycopg2").replace("@/postgres", "@/dagster"),
            "INSPECT_GALLERY": f"file://{root / 'pictures'}",
            "BENCH_WEBHOOK_SECRET": SECRET,
        }
        started = [
            stack.enter_context(_machine(root, f"machine-{number}", shared)) for number in range(count)
        ]
        until(
            lambda: all("up after" in each.log for each in started) or any(each.up.poll() for each in started)
        )
        assert all(each.up.poll() is None for each in started), [each.log for each in started]
        with contextlib.ExitStack() as looking:
            for name, text in shared.items():  # whoever looks from here is one more process of a machine
                os.environ[name] = text
                looking.callback(os.environ.pop, name, None)
            instance = looking.enter_context(_instance(root))
            house = build(Settings(home=root / "looking"))
            yield Place(house, instance, started, admin)
            house.ledgers.close()


@contextlib.contextmanager
def _instance(root: Path) -> Iterator[dg.DagsterInstance]:
    home = root / "looking" / "dagster"
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text(settings_text(home, 2, "dagster"))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


@contextlib.contextmanager
def _machine(root: Path, name: str, shared: dict[str, str]) -> Iterator[Machine]:
    ours = {key: text for key, text in os.environ.items() if not key.startswith(("INSPECT_", "DAGSTER_"))}
    environment = {**ours, **shared, "INSPECT_HOME": str(root / name), "PYTHONPATH": str(Path.cwd())}
    subprocess.run(
        [COMMAND, "apply", "--yes"], env=environment, cwd=root, check=True, stdout=subprocess.DEVNULL
    )
    with (root / f"{name}.log").open("wb") as log:
        up = subprocess.Popen(
            [COMMAND, "up", "--no-ui"],
            env=environment,
            cwd=root,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Machine(name, root / name, environment, up)
    finally:
        up.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            up.wait(60)
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("INSPECT_HOME") == str(root / name):
                    process.kill()
        up.wait()
