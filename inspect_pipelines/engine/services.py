"""What `up` keeps alive: a service is one process at a time, started again with a growing pause when it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from inspect_pipelines.engine.addresses import accepts
from inspect_pipelines.engine.processes import Child
from inspect_pipelines.engine.pulse import Pulse
from inspect_pipelines.errors import Unavailable

FIRST_PAUSE_SECONDS = 0.5
CRASH_LOOP_ENDS = 5  # so many ends ..
CRASH_LOOP_SECONDS = 60.0  # .. within this time are a loop
ENDS_BEFORE_FIRST_READY = 3  # what never worked will not work the fifth time either
LONGEST_PAUSE_SECONDS = 30.0  # for what everything else can do without

Start = Callable[[str, Sequence[str]], Child]  # (name, argv) -> a started child
Say = Callable[[str], None]


class Restarts:
    """How often something ended, and how long to wait before it is started again.

    Args:
        is_vital: Without it nothing works, so a crash loop of it ends everything.
    """

    def __init__(self, what: str, say: Say, *, is_vital: bool = True) -> None:
        self._what, self._say, self._is_vital = what, say, is_vital
        self._ends: list[float] = []  # monotonic seconds
        self.was_ready = False

    def pause_after(self, ended: Child, now: float) -> float:
        """Seconds to wait, doubled with each end of the last minute.

        Raises:
            Unavailable: It is a crash loop.
        """
        self._ends = [*(end for end in self._ends if now - end < CRASH_LOOP_SECONDS), now]
        how = f"the {self._what} ended ({exit_text(ended.exit_code)})"
        most = CRASH_LOOP_ENDS if self.was_ready else ENDS_BEFORE_FIRST_READY
        if self._is_vital and len(self._ends) >= most:
            raise Unavailable(
                f"{how} {len(self._ends)} times within a minute, so everything is stopped; "
                f"{ended.log} ends with:\n{ended.last_lines()}"
            )
        pause: float = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (len(self._ends) - 1))
        self._say(f"{how}; it is started again in {pause:g} s, see {ended.log}")
        return pause


class Service:
    """A process that should always be there."""

    def __init__(
        self,
        name: str,
        argv: Callable[[], Sequence[str]],
        ready: Callable[[], bool],
        start: Start,
        say: Say,
        *,
        ask: Callable[[], Child] | None = None,
    ) -> None:
        self.name = name
        self.is_ready = False
        self._argv, self._ready, self._start, self._say = argv, ready, start, say
        self._pulse = Pulse(ask)
        self._child: Child | None = None
        self._restarts = Restarts(f"{name} process", say)
        self._start_at = 0.0  # monotonic seconds

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def tick(self, now: float) -> None:
        """Start it when it is not there, and see whether it is ready.

        Raises:
            Unavailable: It ends again and again.
        """
        if self._child is None:
            if now >= self._start_at:
                self._child = self._start(self.name, self._argv())
        elif not self._child.is_alive:
            ended, self._child, self.is_ready = self._child, None, False
            self._start_at = now + self._restarts.pause_after(ended, now)
        elif not self.is_ready:
            self.is_ready = self._ready()
            self._restarts.was_ready |= self.is_ready
        elif trouble := self._pulse.trouble(self._child, now):
            self._say(f"the {self.name} process {trouble}, so it is ended")
            self._child.kill()

    def children(self) -> list[Child]:
        return [self._child] if self._child else []


class Generations:
    """A server that reads the definitions once, at its start: a generation for each publication, behind one link.

    A new generation listens on a socket of its own; when it answers, the link is turned to it and the old one is asked to
    end, which it does after its last run. So Dagster's code server (the UI and the daemon look at its id every second,
    and take the new definitions by themselves) and the warm parent are renewed.

    Args:
        name: Names its log, its link and its sockets: NAME.sock, NAME-1.sock, ..
        is_vital: Without it nothing works, so a crash loop of it ends everything.
        ask: See `Pulse`.
    """

    def __init__(
        self,
        name: str,
        what: str,
        folder: Path,
        argv: Callable[[Path], Sequence[str]],
        start: Start,
        say: Say,
        *,
        is_vital: bool = True,
        ask: Callable[[], Child] | None = None,
    ) -> None:
        self.name = name
        self._pulse = Pulse(ask)
        self.link = folder / f"{name}.sock"
        self._what, self._folder, self._argv, self._start, self._say = what, folder, argv, start, say
        self._current: Child | None = None
        self._coming: tuple[Child, Path] | None = None
        self._retired: list[Child] = []
        self._restarts = Restarts(what, say, is_vital=is_vital)
        self._start_at: float | None = 0.0  # monotonic seconds; None: nothing to start
        for socket in folder.glob(f"{name}*.sock"):
            if not accepts(socket):  # one that answers ends the runs of a supervisor that was killed
                socket.unlink(missing_ok=True)

    @property
    def is_ready(self) -> bool:
        return self._current is not None and self._current.is_alive

    @property
    def pid(self) -> int | None:
        return self._current.pid if self._current else None

    def renew(self) -> None:
        """Begin a new generation, because something was published."""
        if self._coming:
            self._coming[0].kill()  # nothing was launched in it yet
            self._coming = None
        self._start_at = 0.0

    def tick(self, now: float) -> None:
        """Start, swap and let go of generations.

        Raises:
            Unavailable: The definitions do not load, and there are no older ones that did; or it ends again and again.
        """
        self._retired = [child for child in self._retired if child.is_alive]
        if self._current and not self._current.is_alive:
            ended, self._current = self._current, None
            if not self._coming:
                self._start_at = now + self._restarts.pause_after(ended, now)
        elif self._current and (trouble := self._pulse.trouble(self._current, now)):
            self._say(f"the {self._what} {trouble}, so it is ended; its runs go on")
            self._current.kill_alone()
        if self._coming:
            self._look_at_coming(now)
        elif self._start_at is not None and now >= self._start_at:
            self._start_at = None
            self._begin()

    def children(self) -> list[Child]:
        """Every generation that still lives."""
        known = [self._current, self._coming[0] if self._coming else None, *self._retired]
        return [child for child in known if child and child.is_alive]

    def _begin(self) -> None:
        path = next(p for n in count(1) if not (p := self._folder / f"{self.name}-{n}.sock").exists())
        self._coming = (self._start(self.name, self._argv(path)), path)

    def _look_at_coming(self, now: float) -> None:
        assert self._coming is not None
        child, path = self._coming
        if not child.is_alive:
            self._coming = None
            if self.is_ready:
                self._say(
                    f"the published definitions do not load in the {self._what}, so the ones before stay; "
                    f"see {child.log}:\n{child.last_lines()}"
                )
            else:
                self._start_at = now + self._restarts.pause_after(child, now)
        elif accepts(path):
            unfinished = self._folder / f".{self.name}.{os.getpid()}"
            unfinished.unlink(missing_ok=True)
            unfinished.symlink_to(path.name)
            unfinished.replace(self.link)
            if self._current:
                self._current.terminate()
                self._retired.append(self._current)
                self._say(
                    f"the {self._what} has the new definitions; runs of the old ones go on to their end"
                )
            self._current, self._coming, self._restarts.was_ready = child, None, True


@dataclass(frozen=True, slots=True)
class Services:
    """All that `up` runs."""

    web: Service
    code: Generations | None = None  # None, and what follows too: others run Dagster
    warm: Generations | None = None  # None: another launcher is configured
    daemon: Service | None = None
    ui: Service | None = None  # None: `up --no-ui`

    def all(self) -> list[Service | Generations]:
        """In the order they start."""
        return [service for service in (self.web, self.code, self.warm, self.daemon, self.ui) if service]

    def readers(self) -> list[Generations]:
        """What has to read the definitions again when some are published."""
        return [service for service in (self.code, self.warm) if service]


def exit_text(exit_code: int | None) -> str:
    """How a process ended, for people."""
    if exit_code is None:
        return "unknown"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
