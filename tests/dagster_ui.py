"""A real Dagster UI over the tiny definitions."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspect_pipelines.engine.addresses import accepts, make_socket_folder
from inspect_pipelines.engine.commands import ui_argv
from inspect_pipelines.engine.instance import ensure_instance
from patience import until
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine

TESTS = Path(__file__).parent


@contextmanager
def dagster_ui(home: Path) -> Iterator[str]:
    """Its URL; no daemon, so our coordinator launches at once."""
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(ensure_instance(home)),
        "PYTHONPATH": str(TESTS),
        "DAGSTER_MODULE_NAME": "",
    }
    # It listens seconds after its port was found free, and ends when somebody else has that by then.
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        argv = [sys.executable, "-m", "dagster_webserver", "-m", "tiny_definitions"]
        argv += ["-h", "127.0.0.1", "-p", str(port)]
        with (home / "ui.log").open("wb") as log:
            server = subprocess.Popen(argv, env=environment, cwd=home, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            engine = GraphqlEngine(url, SystemClock())
            until(lambda: server.poll() is not None or engine.answers(), 90)  # noqa: B023 of this turn
            engine.close()
            if server.poll() is None:
                yield url
                return
            said = (home / "ui.log").read_text()
            assert "in use" in said, said
        finally:
            server.terminate()
            server.wait(120)


@contextmanager
def dagster_ui_on_socket(home: Path) -> Iterator[Path]:
    """The same as `up` starts it: below /dagster, on a Unix socket, which this yields."""
    environment = {**os.environ, "DAGSTER_HOME": str(ensure_instance(home)), "PYTHONPATH": str(TESTS)}
    workspace, place = home / "workspace.yaml", make_socket_folder(home) / "ui.sock"
    workspace.write_text("load_from: [{python_module: tiny_definitions}]")
    with (home / "ui.log").open("wb") as log:
        server = subprocess.Popen(
            ui_argv(workspace, place), env=environment, cwd=home, stdout=log, stderr=log
        )
    try:
        until(lambda: accepts(place), 90)
        yield place
    finally:
        server.terminate()
        server.wait(120)
