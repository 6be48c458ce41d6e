"""Launches of an agent's session in processes that are killed, for tests and for `make chaos-remote`."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.usecases.runs.play_beside import play_beside
from open_inspect_rig import agents
from prepared import prepare
from resources.clock import SystemClock
from resources.ledger.store import create_ledgers
from session_requests import a_request
from stand_ins.open_inspect import Agent, ControlPlane
from stand_ins.server import Request, Says

MEDIA = re.compile(r"media/[^/]+$")
LONGEST_SECONDS = 300.0
# A control plane lists a hundred sessions. Were all of them opened within the accepted skew of five minutes, as 166 in a row
# were here, nobody could tell whether an older one is open, and rightly nothing would be opened.
BETWEEN_RUNS_MS = 600_000


class KillingPlane(ControlPlane):
    """Kills who asks at a request of its choice: before it does what was asked, or after, so that the answer is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.victim: int | None = None
        self.at, self.is_before = 0, True
        self.seen = 0
        self.killed_at = ""

    def answer(self, request: Request) -> Says:
        with self._lock:
            self.seen += 1
            is_now = self.victim is not None and self.seen == self.at
        if is_now and self.is_before:
            self._kill(request)
            return Says(500)
        said = super().answer(request)
        if is_now:
            self._kill(request)
        return said

    def grow_older(self, ms: int) -> None:
        """As if so much time had passed since the sessions that there are were opened."""
        with self._lock:
            for each in self.sessions.values():
                each.created_ms -= ms

    def _kill(self, request: Request) -> None:
        assert self.victim is not None
        self.killed_at = f"{request.method} {MEDIA.sub('media', request.path).rsplit('/', 1)[-1]}"
        os.kill(self.victim, signal.SIGKILL)
        self.victim = None


@dataclass
class Tally:
    """What came of all rounds."""

    rounds: int = 0
    wanted: int = 0  # sessions
    kills: int = 0
    sessions: int = 0
    prompts: int = 0
    doubled: int = 0
    stuck: int = 0
    where: dict[str, int] = field(default_factory=dict)


def launch(home: Path, url: str, session_ids: Sequence[str]) -> None:
    """In a process of its own: what a run's process does for its sessions; exit 0 when all have come to their end."""

    plane: Any = SimpleNamespace(url=url)
    clock = SystemClock()
    request = a_request("https://shop.example", Goto("/cart"), TakeScreenshot("cart"))
    sessions, deadline = agents(plane, home, clock), clock.now() + timedelta(minutes=10)
    results = play_beside(
        [replace(request, id=one, run_id=one.partition(".")[0]) for one in session_ids],
        lambda request, cancelled: sessions.play(request, deadline=deadline, cancelled=cancelled),
        is_elsewhere=lambda request: sessions.are_elsewhere(request.playbook),
        most=len(session_ids),
        cancelled=lambda: False,
    )
    os._exit(0 if [each.status for each in results] == [SessionStatus.COMPLETED] * len(session_ids) else 3)


def play_rounds(home: Path, rounds: int, seed: int) -> Tally:
    """Kill a launch up to twice at requests of chance, begin it again until it ends, and count what was begun twice.

    Every third run has three sessions beside each other.
    """
    prepare(home)
    chance, tally, context = random.Random(seed), Tally(), get_context("fork")
    plane = KillingPlane()
    plane.agent = lambda title: Agent(works=2)
    try:
        for number in range(rounds):
            tally.rounds += 1
            session_ids = [f"r{number}.{one}" for one in ((1, 2, 3) if number % 3 == 1 else (1,))]
            tally.wanted += len(session_ids)
            for attempt in range(4):
                plane.seen, plane.killed_at = 0, ""
                plane.at = chance.randint(1, 12 * len(session_ids)) if attempt < 2 else 0
                plane.is_before = chance.random() < 0.5
                process = context.Process(target=launch, args=(home, plane.url, session_ids))
                plane.victim = None
                process.start()
                plane.victim = process.pid
                by_time = (
                    threading.Timer(chance.uniform(0.0, 0.3), _kill, [process.pid])
                    if attempt == 0 and number % 3 == 0
                    else None
                )
                if by_time:
                    by_time.start()
                process.join(LONGEST_SECONDS)
                if by_time:
                    by_time.cancel()
                if process.is_alive():
                    tally.stuck += 1
                    process.kill()
                    break
                if process.exitcode == 0:
                    break
                tally.kills += process.exitcode == -signal.SIGKILL
                where = plane.killed_at or (
                    "any moment" if process.exitcode == -signal.SIGKILL else f"exit {process.exitcode}"
                )
                tally.where[where] = tally.where.get(where, 0) + 1
            else:
                tally.stuck += 1
            for session_id in session_ids:
                mine = plane.titled(f"[session:{session_id}]")
                tally.sessions += len(mine)
                tally.prompts += sum(len(each.messages) for each in mine)
                tally.doubled += len(mine) > 1 or any(len(each.messages) > 1 for each in mine)
            plane.grow_older(BETWEEN_RUNS_MS)
        with create_ledgers(home / "ledger.db").of(DEFAULT_ORG).read() as ledger:
            tally.stuck += len(ledger.remote_sessions.open())
        assert not plane.astray
        assert not plane.refused
    finally:
        plane.close()
    return tally


def _kill(pid: int | None) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):  # it had ended
            os.kill(pid, signal.SIGKILL)
