"""`up`: web process, code server, daemon and Dagster UI, started in order, kept alive, and stopped without a trace.

Where others run Dagster, the web process is all there is; it has the duties (`web/duties/reloader.py` among them).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.config.settings import WARM, Settings
from inspect_pipelines.domain.presence import UP
from inspect_pipelines.engine import commands
from inspect_pipelines.engine.addresses import (
    UI_PREFIX,
    Address,
    accepts,
    answers,
    make_socket_folder,
    remove_socket_folder,
)
from inspect_pipelines.engine.daemon_lock import take_daemon_lock, touch_daemon_lock
from inspect_pipelines.engine.databases import Databases
from inspect_pipelines.engine.instance import PACKAGES, kind_of
from inspect_pipelines.engine.processes import Child, limit_log, rotate_log, run_processes
from inspect_pipelines.engine.services import Generations, Say, Service, Services
from inspect_pipelines.engine.sources import Sources, our_folders
from inspect_pipelines.engine.state import UpState, forget_state, lock_path, read_state, write_state
from inspect_pipelines.engine.stem.stem import Stem
from inspect_pipelines.engine.stopping import Stops, stop_in_order
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import InspectError, Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import MODULE
from inspect_pipelines.ports.publication import Publication
from resources.disk.atomic import write_atomically
from resources.disk.lock import alone
from resources.workers import WorkerLocks

TICK_SECONDS = 0.2
READY_SECONDS = 120.0  # a loaded machine needs half a minute for what takes 7 s on an idle one
LOOK_AT_LOGS_SECONDS = 60.0
LOGS = ("web", "code", "warm", "daemon", "ui", "heartbeat", "pulse", "stem")

Announce = Callable[[UpState, float], None]  # (what runs where, the seconds it took)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    port: int
    with_ui: bool = True
    host: str = "127.0.0.1"
    module: str = MODULE
    part: str = UP  # or DAEMON
    proxies: Sequence[str] = ()  # addresses and networks


class Supervisor:
    """One per INSPECT_HOME; it has one thread and does not import Dagster."""

    def __init__(
        self, settings: Settings, wishes: Wishes, clock: Clock, say: Say, publication: Publication
    ) -> None:
        self.home = settings.absolute_home()
        self._wishes, self._clock, self._say, self._publication = wishes, clock, say, publication
        self._web = Address("web process", wishes.port, wishes.host, say)
        self._daemon_lock = self.home / "run" / "daemon.lock"
        self._heartbeat: Child | None = None  # ends when the daemon's heart beats
        self._stops = Stops()
        kind = kind_of(settings.run_launcher)
        self._is_warm = kind == WARM
        loads = commands.loaded_by(module=wishes.module, is_warm=self._is_warm, with_ui=wishes.with_ui)
        self._stem = Stem(loads, commands.surroundings(settings), self.home / "run", self.home / "logs")
        self._elsewhere = settings.dagster_url  # of a Dagster that others run
        self._plays_here = kind not in PACKAGES and not self._elsewhere  # elsewhere, runs go on without us
        self._databases = Databases(
            [] if settings.database_url else [self.home / "ledger.db", self.home / "inbox.db"]
        )

    def run(self, announce: Announce) -> None:
        """Start everything, call `announce`, and stay until a signal.

        Raises:
            Refused: Another one serves this home.
            Unreadable: What is published cannot be read.
            Unavailable: A part does not start, or ends again and again; or a database's file was replaced.
        """
        ensure_storages(self.home)
        with alone(lock_path(self.home), self._served_by_another), self._stops.heard():
            for name in LOGS:
                rotate_log(self._log(name))
            services = self._services()
            try:
                self._serve(services, announce)
            finally:
                with WorkerLocks(self.home / "run" / "workers").ending():
                    stop_in_order(
                        services,
                        self._clock,
                        self._say,
                        hurried=lambda: self._stops.count > 1,
                        runs=lambda: run_processes(self.home) if self._plays_here else [],
                    )
                if self._heartbeat:
                    self._heartbeat.kill()
                self._stem.end()
                forget_state(self.home)
                remove_socket_folder(self.home)

    def _serve(self, services: Services, announce: Announce) -> None:
        began, started_at = self._clock.monotonic(), self._clock.now().isoformat()
        published, sources = self._published(), Sources(our_folders() if services.code else [])
        self._publication.all()  # tells what is wrong in a sentence, where the code server shows a traceback
        if services.code:  # else there is one part, which loads by itself
            self._stem.renew()
        # The UI and the daemon come second: they look for the code server at once, and wait long when it is not there.
        first = [one for one in (services.web, services.code) if one]
        if not (self._until_ready(first) and self._until_ready(services.all())):
            return
        state = self._state(services, started_at)
        write_state(self.home, state)
        announce(state, self._clock.monotonic() - began)
        logs_at, is_stale = began, False  # the code: what is loaded is not what is on disk
        while not self._stops.count:
            self._tick(services.all())
            self._databases.check()
            if published != (published := self._published()):
                self._renew(services.readers())
            elif sources.have_changed(self._clock.monotonic()):
                self._say("the code has changed on disk, so it is loaded again")
                self._stem.renew()
                is_stale = True
            elif is_stale and not self._stem.is_coming:
                is_stale = False
                self._renew(services.readers())
            if state != (state := self._state(services, started_at)):
                write_state(self.home, state)
            if self._clock.monotonic() - logs_at > LOOK_AT_LOGS_SECONDS:
                logs_at = self._clock.monotonic()
                for name in LOGS:
                    limit_log(self._log(name))
            self._clock.sleep(TICK_SECONDS)

    def _renew(self, readers: Sequence[Generations]) -> None:
        try:
            self._publication.all()
        except InspectError as error:
            self._say(f"{error}\nthe definitions before stay in place")
        else:
            for reader in readers:
                reader.renew()

    def _until_ready(self, services: Sequence[Service | Generations]) -> bool:
        """True once all are; False when somebody asked to stop."""
        deadline = self._clock.monotonic() + READY_SECONDS
        while not self._stops.count:
            if not self._stem.is_coming:  # without one, parts load by themselves, and say what is wrong
                self._tick(services)
            waiting = [service.name for service in services if not service.is_ready]
            if not waiting:
                return True
            if self._clock.monotonic() > deadline:
                raise Unavailable(
                    f"{' and '.join(waiting)} did not get ready within {READY_SECONDS:g} s, so everything is stopped; "
                    f"see {self.home / 'logs'}"
                )
            self._clock.sleep(TICK_SECONDS)
        return False

    def _tick(self, services: Sequence[Service | Generations]) -> None:
        now = self._clock.monotonic()
        for service in services:
            service.tick(now)
            if service.name == "daemon" and service.pid:
                touch_daemon_lock(self._daemon_lock)

    def _services(self) -> Services:
        """What to run, nothing started yet."""
        wishes = self._wishes
        workspace = self.home / "run" / "workspace.yaml"
        sockets = make_socket_folder(self.home)
        ui_socket = sockets / "ui.sock"

        def service(
            name: str,
            argv: Callable[[], list[str]],
            ready: Callable[[], bool],
            ask: Callable[[], Child] | None = None,
        ) -> Service:
            return Service(name, argv, ready, self._start, self._say, ask=ask)

        def generations(
            name: str, what: str, argv: Callable[[str, Path], list[str]], ask: Callable[[], Child] | None
        ) -> Generations:
            module, start = wishes.module, self._start
            return Generations(
                name,
                what,
                sockets,
                lambda path: argv(module, path),
                start,
                self._say,
                is_vital=name == "code",
                ask=ask,
            )

        def ask(*where: str) -> Child:
            return self._start("pulse", commands.pulse_argv(*where))

        web = service(
            "web",
            lambda: commands.web_argv(wishes.host, self._web.settle(), wishes.part, wishes.proxies),
            lambda: answers(wishes.host, self._web.port, "/health"),
            lambda: ask("http", wishes.host, str(self._web.port)),
        )
        if self._elsewhere is not None:
            return Services(web)
        link = sockets / "code.sock"
        code = generations("code", "code server", commands.code_argv, lambda: ask("grpc", str(link)))
        write_atomically(workspace, commands.workspace_text(code.link), is_durable=False)
        warm = generations("warm", "warm parent", commands.warm_argv, None) if self._is_warm else None
        daemon = service("daemon", lambda: commands.daemon_argv(workspace), self._daemon_beats)
        ui = service("ui", lambda: commands.ui_argv(workspace, ui_socket), lambda: accepts(ui_socket))
        return Services(web, code, warm, daemon, ui if wishes.with_ui else None)

    def _start(self, name: str, argv: Sequence[str]) -> Child:
        if name != "daemon":
            return self._stem.start(name, argv)
        lock = take_daemon_lock(self._daemon_lock)
        try:
            return self._stem.start(name, argv, keep_open=[lock])
        finally:
            os.close(lock)  # the daemon has it now

    def _daemon_beats(self) -> bool:
        if self._heartbeat is None or self._heartbeat.exit_code not in (None, 0):
            since = self._clock.now().isoformat()
            self._heartbeat = self._start("heartbeat", commands.heartbeat_argv(since))
        return self._heartbeat.exit_code == 0

    def _log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def _published(self) -> tuple[Hashable, Hashable]:
        """A change of it means that `apply` has published, or that Dagster's settings were changed."""
        return self._publication.stamp(), _identity(self.home / "dagster" / "dagster.yaml")

    def _state(self, services: Services, started_at: str) -> UpState:
        return UpState(
            pid=os.getpid(),
            started_at=started_at,
            web_url=self._web.url,
            ui_url=f"{self._web.url}{UI_PREFIX}" if services.ui else self._elsewhere,
            pids={service.name: service.pid for service in services.all() if service.pid},
        )

    def _served_by_another(self) -> str:
        other = read_state(self.home)
        where = f" (process {other.pid}, {other.ui_url or other.web_url})" if other else ""
        return (
            f"`up` cannot start: another one serves INSPECT_HOME {str(self.home)!r}{where}; "
            "use that one, stop it, or set INSPECT_HOME to another folder"
        )


def _identity(path: Path) -> tuple[int, int] | None:
    """Another one when the file was replaced; it is never written over."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
