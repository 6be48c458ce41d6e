"""A child process of `up`: started apart from the terminal, logged to a file, gone when we are gone."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Protocol

import psutil

from resources.workers import WorkerLocks

KEPT_LOGS = 3
LOG_LIMIT_BYTES = 20_000_000
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LAUNCHED = "inspect_pipelines.engine.warm."  # in the command line of forks of the warm parent, and of plain processes
ANSI = re.compile(r"\x1b\[[0-9;]*m")

_libc = ctypes.CDLL(None, use_errno=True)


class Process(Protocol):
    """What is asked of a child: a `subprocess.Popen`, or a fork of the stem's."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int | None: ...
    def send_signal(self, sig: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Child:
    """One process, and its log file.

    It has its own process group, so that Ctrl-C in the terminal reaches only the supervisor, which stops its children in
    order; and a parent-death signal, so that they also end when the supervisor is killed.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
        keep_open: Sequence[int] = (),
    ) -> None:
        self.log = log
        with open_log(log) as output:
            self._process: Process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                pass_fds=tuple(keep_open),
                start_new_session=True,
                preexec_fn=partial(_before_exec, os.getpid()),  # safe: the supervisor has one thread
            )

    @classmethod
    def of(cls, process: Process, log: Path) -> Child:
        """One that was started elsewhere in the same way."""
        child = cls.__new__(cls)
        child.log, child._process = log, process
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to end; Dagster's code server then ends its runs first."""
        if self.is_alive:
            self._process.terminate()

    def interrupt(self) -> None:
        """Ask it to end, and what it works on too."""
        if self.is_alive:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and its whole process group, now."""
        if self.is_alive:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def kill_alone(self) -> None:
        """End it now, and leave what it has started."""
        self._process.kill()
        self._process.wait()

    def workers(self) -> list[psutil.Process]:
        """The run processes under a code server."""
        try:
            children = psutil.Process(self.pid).children()
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:  # it, or one of them, has just ended
            return []

    def last_lines(self, count: int = 3) -> str:
        """The end of its log, without colours."""
        return last_lines(self.log, count)


def leave_alone(child: subprocess.Popen[bytes]) -> None:
    """Let it live its own life: a thread takes note of its end, so that it is no zombie and nobody waits for it."""
    threading.Thread(target=child.wait, name=f"end of {child.pid}", daemon=True).start()


def run_processes(home: Path) -> list[psutil.Process]:
    """The processes that our launcher started for runs and that live, also those whose parent was killed."""
    found = []
    for pid in WorkerLocks(home / "run" / "workers").processes().values():
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if any(word.startswith(LAUNCHED) for word in process.cmdline()):
                found.append(process)
    return found


def rotate_log(log: Path) -> None:
    """Begin a new file and keep the last few."""
    for number in range(KEPT_LOGS, 0, -1):
        older = _numbered(log, number)
        newer = _numbered(log, number - 1)
        if newer.exists():
            newer.replace(older)


def limit_log(log: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Copy a log that has grown too long aside and empty it; its writers append, so they need not know."""
    if log.exists() and log.stat().st_size > limit_bytes:
        shutil.copyfile(log, _numbered(log, 1))
        os.truncate(log, 0)


def last_lines(log: Path, count: int = 3) -> str:
    """The last lines that say something, without colours."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 8192))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.rstrip() for line in ANSI.sub("", text).splitlines() if line.strip()]
    return "\n".join(lines[-count:])


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}") if number else log


def open_log(log: Path) -> IO[bytes]:
    """A log that its writer appends to, so that it can be emptied under it."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "ab")


def _before_exec(parent: int) -> None:
    # A shell starts `up &` with SIGINT ignored, and Dagster maps SIGTERM to what SIGINT does: nobody could stop it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0 or os.getppid() != parent:
        os._exit(127)
