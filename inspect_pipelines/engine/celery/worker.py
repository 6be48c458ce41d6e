"""`worker`: Celery, which takes orders out of queues, and the warm parent, which forks their runs; kept alive together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine import commands
from inspect_pipelines.engine.addresses import make_socket_folder
from inspect_pipelines.engine.celery.broker import Broker, broker_url
from inspect_pipelines.engine.celery.names import ready_file
from inspect_pipelines.engine.instance import CELERY, kind_of
from inspect_pipelines.engine.processes import Child, limit_log, rotate_log, run_processes
from inspect_pipelines.engine.services import Generations, Say, Service
from inspect_pipelines.engine.sources import Sources, our_folders
from inspect_pipelines.engine.stopping import Stops
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import InspectError, Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import MODULE
from inspect_pipelines.ports.publication import Publication
from resources.disk.lock import alone

TICK_SECONDS = 0.2
LOOK_AT_LOGS_SECONDS = 60.0
INTERRUPTED_SECONDS = 15.0  # the warm parent kills after ten what does not heed
LOGS = ("celery", "warm")
LOCK = "worker.lock"  # never deleted


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for.

    Args:
        queues: At least one; the orders of the first are not preferred to those of the last.
        at_once: Runs at the same time, each with a browser of its own; the rest is left to other workers.
    """

    queues: Sequence[str]
    at_once: int
    module: str = MODULE


class Worker:
    """One per INSPECT_HOME; it has one thread and does not import Dagster.

    The first signal: take nothing new, let the runs end. The second: interrupt them. What is published, and code that
    changes on disk, is loaded by a new warm parent; the one before ends after its last run.
    """

    def __init__(
        self, settings: Settings, wishes: Wishes, clock: Clock, say: Say, publication: Publication
    ) -> None:
        if kind_of(settings.run_launcher) != CELERY:
            raise UsageError(
                f"INSPECT_RUN_LAUNCHER is {settings.run_launcher!r}, so nobody hands runs to a worker; "
                "set it to 'celery', here and where `up` runs"
            )
        self.home = settings.absolute_home()
        self._broker = Broker(broker_url(settings))
        self._wishes, self._clock, self._say, self._publication = wishes, clock, say, publication
        self._environment = commands.surroundings(settings)
        self._stops = Stops()

    def run(self, announce: Callable[[str], None]) -> None:
        """Take orders until a signal; `announce` gets the broker's address once they are taken.

        Raises:
            Refused: Another worker serves this home.
            Unreadable: What is published cannot be read.
            Unavailable: A part ends again and again.
        """
        ensure_storages(self.home)
        make_socket_folder(self.home)
        with alone(self.home / "run" / LOCK, self._served_by_another), self._stops.heard():
            for name in LOGS:
                rotate_log(self._log(name))
            ready_file(self.home).unlink(missing_ok=True)
            self._publication.all()  # tells what is wrong in a sentence, where the warm parent shows a traceback
            self._tell_of_broker()
            warm, celery = self._services()
            try:
                self._serve(warm, celery, announce)
            finally:
                self._stop(warm, celery)
                ready_file(self.home).unlink(missing_ok=True)

    def _serve(self, warm: Generations, celery: Service, announce: Callable[[str], None]) -> None:
        published, sources = self._publication.stamp(), Sources(our_folders())
        logs_at, is_announced = self._clock.monotonic(), False
        while not self._stops.count:
            now = self._clock.monotonic()
            warm.tick(now)
            if warm.is_ready or is_announced:  # no run has to be a process of its own because it came first
                celery.tick(now)
            if celery.is_ready and not is_announced:
                is_announced = True
                announce(self._broker.shown)
            if published != (published := self._publication.stamp()) or sources.have_changed(now):
                self._renew(warm)
            if now - logs_at > LOOK_AT_LOGS_SECONDS:
                logs_at = now
                for name in LOGS:
                    limit_log(self._log(name))
            self._clock.sleep(TICK_SECONDS)

    def _renew(self, warm: Generations) -> None:
        try:
            self._publication.all()
        except InspectError as error:
            self._say(f"{error}\nthe definitions before stay in place")
        else:
            warm.renew()

    def _stop(self, warm: Generations, celery: Service) -> None:
        """Celery first: it waits for the runs that it took, and needs the parent for one that it has just taken."""
        if runs := run_processes(self.home):
            self._say(
                f"{len(runs)} in progress; nothing new is taken, and this ends with the last of them: "
                "another Ctrl-C cancels them"
            )
        for children in (celery.children(), warm.children()):
            for child in children:
                child.terminate()
            while self._stops.count < 2 and any(child.is_alive for child in children):
                self._clock.sleep(TICK_SECONDS)
        left = [*warm.children(), *celery.children()]
        for child in left:
            child.interrupt()
        give_up_at = self._clock.monotonic() + INTERRUPTED_SECONDS
        while any(child.is_alive for child in left) and self._clock.monotonic() < give_up_at:
            self._clock.sleep(TICK_SECONDS)
        for child in left:
            child.kill()

    def _services(self) -> tuple[Generations, Service]:
        wishes, ready = self._wishes, ready_file(self.home)
        warm = Generations(
            "warm",
            "warm parent",
            make_socket_folder(self.home),
            lambda path: commands.warm_argv(wishes.module, path, wishes.at_once),
            self._start,
            self._say,
            is_vital=False,
        )
        argv = commands.celery_argv(wishes.queues, wishes.at_once)
        return warm, Service("celery", lambda: argv, ready.exists, self._start, self._say)

    def _start(self, name: str, argv: Sequence[str]) -> Child:
        if name == "celery":
            ready_file(self.home).unlink(missing_ok=True)
        return Child(argv, log=self._log(name), environment=self._environment, folder=self.home / "run")

    def _tell_of_broker(self) -> None:
        try:
            self._broker.about()
        except Unavailable as error:
            self._say(f"{error}; this worker goes on asking")

    def _log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def _served_by_another(self) -> str:
        return (
            f"a worker cannot start: another one takes runs in INSPECT_HOME {str(self.home)!r}; "
            "use that one, stop it, or set INSPECT_HOME to another folder"
        )
