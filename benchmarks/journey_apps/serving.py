"""Serving: an application on loopback, from a copy of its content, until it is not needed any more."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from benchmarks.journey_apps.applications import CONTENT, Application, Installed

UP_SECONDS = 120.0
BESIDE_SECONDS = 5.0  # until a worker is known to its monitor


@contextmanager
def served(application: Application, installed: Installed, scratch: Path) -> Iterator[str]:
    """Its address, once it answers."""
    folder = scratch / application.name
    source = CONTENT / application.name
    if source.exists():
        shutil.copytree(source, folder, dirs_exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with ExitStack() as stack:
        for make in (application.beside, application.start):
            if make is not None:
                command = make(installed, folder, port)
                stack.enter_context(_process(command, folder, application, scratch))
        url = f"http://127.0.0.1:{port}"
        _wait(url + next(iter(application.routes.values())), application, scratch)
        if application.beside is not None:
            time.sleep(BESIDE_SECONDS)
        yield url


@contextmanager
def _process(command: list[str], folder: Path, application: Application, scratch: Path) -> Iterator[None]:
    home = scratch / f"{application.name}-home"  # so that nobody's own settings count
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "TZ": "UTC", **application.environment}
    with (scratch / f"{application.name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(url: str, application: Application, scratch: Path) -> None:
    give_up_at = time.monotonic() + UP_SECONDS
    while time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    said = (scratch / f"{application.name}.log").read_text(errors="replace")[-600:]
    raise RuntimeError(f"{application.name} does not answer at {url!r} within {UP_SECONDS:g} s: {said}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
