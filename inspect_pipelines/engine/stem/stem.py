"""The stem, as the supervisor sees it: one process loads Dagster and our code, and the parts of `up` are forks of it.

Each part would load the same for two seconds, and keep it in memory for itself alone. What the stem forks is handed over
to the supervisor, whose child it is from then on: known by its end, ended with it, started again like any other.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from inspect_pipelines.engine import commands
from inspect_pipelines.engine.processes import Child, open_log

SECONDS_TO_FORK = 20.0  # 20 ms on an idle machine
LONGEST_BYTES = 65_536
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

_libc = ctypes.CDLL(None, use_errno=True)


class Stem:
    """One generation at a time; without one, parts are started as programs of their own, as ever.

    Args:
        loads: The modules that it loads.
        folder: Where the parts work.
        logs: The folder of NAME.log.
    """

    def __init__(
        self, loads: Sequence[str], environment: Mapping[str, str], folder: Path, logs: Path
    ) -> None:
        self._loads, self._environment, self._folder, self._logs = loads, environment, folder, logs
        self._process: Child | None = None
        self._line: socket.socket | None = None
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def renew(self) -> None:
        """Load everything again, in a new process: at the start, and when the code has changed."""
        self.end()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            argv = commands.stem_argv(theirs.fileno(), self._loads)
            self._process = self._program("stem", argv, [theirs.fileno()])

    @property
    def is_coming(self) -> bool:
        """Whether it is still loading; asking is what notices that it has done so."""
        if self._line is None or self.is_ready:
            return False
        try:
            self.is_ready = bool(self._line.recv(LONGEST_BYTES, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            self.is_ready = False
        if not self.is_ready:  # it has ended: its log says why, and so will the parts
            self.end()
        return False

    def start(self, name: str, argv: Sequence[str], keep_open: Sequence[int] = ()) -> Child:
        """A part, in a fork where that is possible."""
        return (self._fork(name, argv, keep_open) if self.is_ready else None) or self._program(
            name, argv, keep_open
        )

    def end(self) -> None:
        """End it; what it has forked goes on."""
        self.is_ready = False
        if self._process:
            self._process.kill_alone()
            self._process = None
        if self._line:
            self._line.close()
            self._line = None

    def _program(self, name: str, argv: Sequence[str], keep_open: Sequence[int]) -> Child:
        return Child(
            argv,
            log=self._log(name),
            environment=self._environment,
            folder=self._folder,
            keep_open=keep_open,
        )

    def _fork(self, name: str, argv: Sequence[str], keep_open: Sequence[int]) -> Child | None:
        """None: there is none that forks any more."""
        assert self._line is not None
        order = json.dumps(list(argv)).encode()
        self._line.settimeout(SECONDS_TO_FORK)
        # Its parent ends at once, and Linux gives an orphan to the nearest of its forebears that asks for it.
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        try:
            with open_log(self._log(name)) as output:
                socket.send_fds(self._line, [order], [output.fileno(), *keep_open])
            pid = int(self._line.recv(LONGEST_BYTES))
        except (OSError, ValueError):
            self.end()
            return None
        finally:
            _libc.prctl(PR_SET_CHILD_SUBREAPER, 0)
        return Child.of(Fork(pid), self._log(name))

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"


class Fork:
    """A child that we have not started ourselves, to be asked like a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._wait(os.WNOHANG)

    def wait(self) -> int | None:
        return self._wait(0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self, options: int) -> int | None:
        if self._code is None:
            found, status = os.waitpid(self.pid, options)
            if found:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code
