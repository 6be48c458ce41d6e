"""A worker process with everything that it starts: born on a leash, ended as a whole, with nothing left on disk."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from inspect_pipelines.config.settings import BROWSER_VARIABLES, child_environment
from inspect_pipelines.errors import SetupMissing, Unavailable
from resources.disk.lock import take_lock
from resources.sessions.browser import leash

PREFIX = "inspect-browser-"
MARK = "INSPECT_SESSION_FOLDER"  # in the environment of every process of a family, so that none can hide
GONE_WITHIN_SECONDS = 5.0
WORKER = "resources.sessions.browser.worker"
DRIVER_VARIABLES = ("PW_LANG_NAME", "PW_LANG_NAME_VERSION")  # Playwright's words to its own driver


@contextmanager
def scratch_folder(fallback: Path) -> Iterator[Path]:
    """A folder for a worker's temporary files, removed at the end; sweeps what killed ones left.

    Args:
        fallback: Used when programs may not be started from the system's own temporary folder (`noexec`).
    """
    base = next((base for base in (Path(tempfile.gettempdir()), fallback) if _may_execute(base)), None)
    if base is None:
        raise SetupMissing(
            f"a browser session needs a folder that programs may start from; {tempfile.gettempdir()!r} and "
            f"{str(fallback)!r} are mounted noexec: set TMPDIR to another one"
        )
    sweep(base)
    folder, lock = _made(base)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made(base: Path) -> tuple[Path, int]:
    """A new folder with the lock on it; made again when a session that starts right now has swept it before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        lock = take_lock(folder / "lock", waits=True)
        assert lock is not None  # it waited
        if (folder / "lock").exists():
            return folder, lock
        os.close(lock)


def sweep(base: Path) -> None:
    """Remove folders of sessions whose process is gone: the kernel lets go of its lock however it ended."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            lock = take_lock(folder / "lock", is_made=False)
        except OSError:  # being made or removed right now, or another user's
            continue
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def leashed(program: Path, folder: Path) -> Path:
    """A start script for a program that dies with whoever starts it, and gets no secret of the environment."""
    script = folder / f"leashed-{program.name}"
    words = [sys.executable, "-IS", leash.__file__, str(program)]
    kept = " ".join(f'${{{name}+"{name}=${name}"}}' for name in (*BROWSER_VARIABLES, *DRIVER_VARIABLES, MARK))
    script.write_text(f'#!/bin/sh\nexec /usr/bin/env -i {kept} {shlex.join(words)} "$@"\n', encoding="utf-8")
    script.chmod(0o700)
    return script


@contextmanager
def worker(*, folder: Path, node: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that waits for orders; when the block is left, however, no process of its family is left.

    Raises:
        Unavailable: Some process could not be ended (it hangs in the kernel).
    """
    environment = child_environment(
        **{
            MARK: str(folder),
            "TMPDIR": str(folder),
            "PLAYWRIGHT_NODEJS_PATH": str(node),
            "PYTHONUNBUFFERED": "1",
            "NODE_OPTIONS": "",  # a debugger or a loader meant for another program must not join in
        }
    )
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", WORKER, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, folder)


def members(folder: Path) -> list[psutil.Process]:
    """The living processes of a session, found by the mark in their environment or the folder in their arguments."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get(MARK) == str(folder) or any(
                str(folder) in word for word in process.cmdline()
            ):
                found.append(process)
    return found


def end_browsers(process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Kill what the worker's driver has started, so that nothing is left that has seen a page; False: it will not go."""
    give_up_at = time.monotonic() + GONE_WITHIN_SECONDS
    while left := [each for each in members(folder) if not _is_crew(each, process.pid)]:
        _kill(left)
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def _is_crew(member: psutil.Process, worker: int) -> bool:
    """Whether it is the worker, or Playwright's driver, which is its child."""
    try:
        return member.pid == worker or member.ppid() == worker
    except psutil.Error:  # it has gone
        return True


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Kill the whole family, and again until none is found: a process may start another while it is being killed."""
    with suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        _kill(family)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):  # an order that it did not read any more
            if pipe is not None:
                pipe.close()
    give_up_at = time.monotonic() + GONE_WITHIN_SECONDS
    while left := members(folder):
        _kill(left)
        if time.monotonic() > give_up_at:
            pids = ", ".join(str(each.pid) for each in left)
            raise Unavailable(f"the browser's processes {pids} could not be ended; end them by hand")
        time.sleep(0.02)


def _kill(processes: list[psutil.Process]) -> None:
    for each in processes:
        with suppress(psutil.Error):
            each.kill()


def _may_execute(base: Path) -> bool:
    """Whether a file there may be started: access(2) says no on a `noexec` mount."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=base, prefix=PREFIX) as probe:
            Path(probe.name).chmod(0o700)
            return os.access(probe.name, os.X_OK)
    except OSError:
        return False
