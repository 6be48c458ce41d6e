from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from history_builders import Home, a_home
from resources.history.lake import Lake

ROOT = Path(__file__).parents[3]
StartChild = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path, lake: Lake | None) -> Iterator[Home]:
    home = a_home(tmp_path, lake=lake)
    yield home
    home.ledgers.close()


@pytest.fixture
def start_child() -> Iterator[StartChild]:
    """Runs Python code in another process, with the house and the builders on its path."""
    children: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-u", "-c", code, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
