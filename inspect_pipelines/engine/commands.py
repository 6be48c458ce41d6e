"""The command lines of the processes behind `up`, and the variables they find."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.engine.addresses import UI_PREFIX
from inspect_pipelines.engine.stem.title import ROOM
from inspect_pipelines.ports.engine import MODULE

PYTHON = sys.executable


def surroundings(settings: Settings) -> dict[str, str]:
    """The environment of a child, which works in INSPECT_HOME/run: every path in it is absolute.

    The folder that we were called in may hold packages named like ours (assets, resources, ..), and Python would take
    those. (`python -P` is no way out: Dagster drops the first entry of sys.path, whatever it is.)
    """
    changes = {
        "INSPECT_HOME": str(settings.absolute_home()),
        "INSPECT_PROJECT": str(settings.project.expanduser().resolve()),
        "DAGSTER_HOME": str(settings.dagster_home()),
        "DAGSTER_RUN_STATUS_SENSOR_PROCESS_LIMIT": "25",  # the default of 5 falls behind in a burst
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its pool starts with the import, and the warm parent must have one thread
        "MALLOC_MMAP_THRESHOLD_": "1048576",  # glibc keeps the room of freed pictures otherwise: 20 MB of a run
        # `env` sets the first for the dagster CLI; beside `-w` either is an error
        "DAGSTER_MODULE_NAME": "",
        "DAGSTER_WORKING_DIRECTORY": "",
    }
    if settings.chromium is not None:
        changes["INSPECT_CHROMIUM"] = str(settings.chromium.expanduser().absolute())
    return child_environment(**changes)


def web_argv(host: str, port: int, part: str, proxies: Sequence[str] = ()) -> list[str]:
    """Of `up` or `daemon`; it believes what these proxies say of who asks."""
    believed = [word for each in proxies for word in ("--proxy", each)]
    where = ["--host", host, "--port", str(port), "--part", part]
    return [PYTHON, "-m", "inspect_pipelines.cli.serve", *where, *believed]


def code_argv(module: str, socket: Path) -> list[str]:
    return [
        PYTHON,
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


def warm_argv(module: str, socket: Path, most: int | None = None) -> list[str]:
    """The parent of all runs here; `most` at the same time, else as it thinks fit."""
    bound = [] if most is None else ["--most", str(most)]
    name = "inspect_pipelines.engine.warm.parent"
    return [PYTHON, "-m", name, "--module", module, "--socket", str(socket), *bound]


def alone_argv(dagster_run_id: str, lock: int) -> list[str]:
    return [PYTHON, "-m", "inspect_pipelines.engine.warm.alone", dagster_run_id, str(lock)]


def celery_argv(queues: Sequence[str], at_once: int) -> list[str]:
    return [
        *(PYTHON, "-m", "celery", "--app", "inspect_pipelines.engine.celery.app", "worker"),
        *("--pool", "threads", "--concurrency", str(at_once), "--queues", ",".join(queues)),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    ]


def daemon_argv(workspace: Path) -> list[str]:
    return [PYTHON, "-m", "dagster._daemon", "run", "-w", str(workspace)]


def heartbeat_argv(since: str) -> list[str]:
    return [PYTHON, "-m", "inspect_pipelines.engine.heartbeat", since]


def pulse_argv(*where: str) -> list[str]:
    return [PYTHON, "-m", "inspect_pipelines.engine.pulse", *where]


def stem_argv(line: int, modules: Sequence[str]) -> list[str]:
    """What loads these modules once and forks the parts; LINE is the descriptor that their orders come by."""
    room = "." * ROOM  # for the command lines of its forks
    return [PYTHON, "-m", "inspect_pipelines.engine.stem.growing", str(line), *modules, room]


def loaded_by(*, module: str, is_warm: bool, with_ui: bool) -> list[str]:
    """What the parts need, to be loaded once for all of them."""
    return [
        "inspect_pipelines.cli.serve",
        "dagster._cli.api",
        "dagster._grpc.server",
        "dagster._daemon.cli",
        "inspect_pipelines.engine.heartbeat",
        "inspect_pipelines.engine.pulse",
        "grpc_health.v1.health_pb2_grpc",
        *([MODULE] if module == MODULE else []),
        *(["inspect_pipelines.engine.warm.parent", "inspect_pipelines.engine.warm.child"] if is_warm else []),
        *(["inspect_pipelines.engine.ui"] if with_ui else []),
    ]


def ui_argv(workspace: Path, socket: Path) -> list[str]:
    return [
        *(PYTHON, "-m", "inspect_pipelines.engine.ui"),
        *("--workspace", str(workspace), "--socket", str(socket), "--prefix", UI_PREFIX),
    ]


def workspace_text(socket: Path) -> str:
    """A Dagster workspace that names the code server; JSON is YAML, and quotes any path."""
    server = {"socket": str(socket), "location_name": MODULE}
    return json.dumps({"load_from": [{"grpc_server": server}]}, indent=2) + "\n"
