"""`python -m benchmarks.hosts.worker`: the command `worker`, over a warm parent with idle sessions."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.cli.main import main
from inspect_pipelines.engine import commands

_usual = commands.warm_argv


def _with_idle_sessions(module: str, socket: Path, most: int | None = None) -> list[str]:
    return [
        "benchmarks.hosts.parent" if word.endswith("warm.parent") else word
        for word in _usual(module, socket, most)
    ]


if __name__ == "__main__":
    commands.warm_argv = _with_idle_sessions
    main()
