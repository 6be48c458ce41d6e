"""The command lines of the processes behind `up`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from inspect_pipelines.engine.instance import MODULE

# -P: the folder that `up` was called in may hold packages named like ours (assets, resources, ..)
PYTHON = (sys.executable, "-P")


def web_argv(host: str, port: int) -> list[str]:
    return [*PYTHON, "-m", "inspect_pipelines.cli.serve", "--host", host, "--port", str(port)]


def code_argv(module: str, socket: Path) -> list[str]:
    return [
        *PYTHON,
        "-m",
        "dagster",
        "api",
        "grpc",
        "-m",
        module,
        "--empty-working-directory",
        "-s",
        str(socket),
    ]


def daemon_argv(workspace: Path) -> list[str]:
    return [*_script("dagster-daemon"), "run", "-w", str(workspace)]


def heartbeat_argv(since: str) -> list[str]:
    return [*PYTHON, "-m", "inspect_pipelines.engine.heartbeat", since]


def ui_argv(workspace: Path, host: str, port: int) -> list[str]:
    return [*_script("dagster-webserver"), "-w", str(workspace), "-h", host, "-p", str(port)]


def workspace_text(socket: Path) -> str:
    """A Dagster workspace that names the code server; JSON is YAML, and quotes any path."""
    server = {"socket": str(socket), "location_name": MODULE}
    return json.dumps({"load_from": [{"grpc_server": server}]}, indent=2) + "\n"


def _script(name: str) -> list[str]:
    return [*PYTHON, str(Path(sys.executable).with_name(name))]
