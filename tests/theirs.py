"""Dagster as somebody else runs it: its code server, UI and daemon as plain processes, in a home of their own, over PostgreSQL."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import sqlalchemy as sa

from journeys_commands import COMMAND
from patience import until
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine

MODULE = "inspect_pipelines.definitions"
DAGSTER = [COMMAND, "dagster"]  # as the image starts it, whose entry point is ours
LAUNCHER = {"module": "inspect_pipelines.engine.launcher", "class": "InspectRunLauncher"}


@dataclass
class Theirs:
    """A running Dagster.

    Args:
        url: Of its UI, which is below /dagster.
        parts: Its processes by name.
    """

    url: str
    folder: Path
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")


def a_database(server: str) -> str:
    """A new one for Dagster on that server; its URL."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE dagster")
    url = sa.make_url(server).set(drivername="postgresql+psycopg2", database="dagster")
    return url.render_as_string(hide_password=False)


@contextmanager
def dagster_of_others(
    folder: Path, settings: Mapping[str, object], environment: Mapping[str, str]
) -> Iterator[Theirs]:
    """All of it, answering, with our code location loaded and its daemon's heart beating.

    Args:
        folder: For its home and logs.
        settings: Its dagster.yaml.
        environment: Of each of its processes, INSPECT_* included.
    """
    home, place = folder / "dagster_home", folder / "code.sock"
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text(json.dumps(settings))
    workspace = folder / "workspace.yaml"
    server = {"socket": str(place), "location_name": "ours"}
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
    ours = {**environment, "DAGSTER_HOME": str(home)}
    with ExitStack() as stack:
        port = _a_port()
        found = Theirs(f"http://127.0.0.1:{port}/dagster", folder)

        def start(name: str, *argv: str) -> None:
            with (folder / f"{name}.log").open("wb") as log:
                part = subprocess.Popen(
                    argv, cwd=folder, env=ours | {"INSPECT_DAGSTER_URL": found.url}, stdout=log, stderr=log
                )
            stack.callback(_end, part)
            found.parts[name] = part

        start("code", *DAGSTER, "code-server", "start", "-m", MODULE, "-s", str(place))
        until(lambda: place.exists() or found.parts["code"].poll() is not None, 120)
        web = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "--path-prefix", "/dagster"]
        while True:  # as in dagster_ui.py: its port may be somebody else's by the time that it listens
            start("ui", *web, "-w", str(workspace), "-p", str(port))
            engine = GraphqlEngine(found.url, SystemClock())
            until(lambda: engine.answers() or found.parts["ui"].poll() is not None, 120)  # noqa: B023
            engine.close()
            if found.parts["ui"].poll() is None:
                break
            assert "in use" in found.log("ui"), found.log("ui")
            port = _a_port()
            found.url = f"http://127.0.0.1:{port}/dagster"
        start(
            "daemon",
            sys.executable,
            str(Path(sys.executable).with_name("dagster-daemon")),
            "run",
            "-w",
            str(workspace),
        )
        yield found


def _a_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _end(part: subprocess.Popen[bytes]) -> None:
    """With all that it has started, at once: a code server lets its calls end for a minute."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(part.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
    part.kill()
    part.wait()
