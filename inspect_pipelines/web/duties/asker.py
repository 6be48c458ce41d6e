"""The asker asks code hosts what events left open, and which deliveries did not arrive, and reacts to refused commands."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.ask_code_host import Attempts, ask_code_host
from inspect_pipelines.usecases.events.react import react
from inspect_pipelines.usecases.events.redeliver import KEPT_BY_GITHUB, OVERLAP, Asked, redeliver
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 2.0
STOP_SECONDS = 3.0  # a question that nobody answers is not waited for: whatever it was for is stored
REDELIVER_EVERY_SECONDS = 300.0

log = logging.getLogger(__name__)


class Asker(Duty):
    """Asks for what events leave out, and every five minutes for deliveries that did not arrive.

    Args:
        house: Ports.
        code_host: Whom to ask.
        route: Called once answers are stored, to decide about their events.
        every_seconds: How often it looks when nobody wakes it.
    """

    def __init__(
        self,
        house: House,
        code_host: CodeHost,
        route: Callable[[House], object],
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        super().__init__("asker", "webhooks", every_seconds=every_seconds, stop_seconds=STOP_SECONDS)
        self._house, self._code_host, self._route = house, code_host, route
        self._attempts: dict[EventId, Attempts] = {}
        self._react_not_before: dict[EventId, datetime] = {}
        self._asked: Asked = {}
        self._redelivered_at: datetime | None = None
        self._redeliver_next = 0.0

    def turn(self) -> None:
        try:
            if ask_code_host(self._house, self._code_host, self._attempts):
                self._route(self._house)
        finally:  # trouble with one must not keep us from the others
            try:
                react(self._house, self._code_host, self._react_not_before)
            finally:
                self._redeliver()

    def _redeliver(self) -> None:
        if self._house.clock.monotonic() >= self._redeliver_next:
            self._redeliver_next = self._house.clock.monotonic() + REDELIVER_EVERY_SECONDS
            now = self._house.clock.now()
            since = self._redelivered_at - OVERLAP if self._redelivered_at else now - KEPT_BY_GITHUB
            asked, problems = redeliver(self._house, self._code_host, self._asked, since=since)
            if asked:
                log.info("%d deliveries that failed were asked for again", asked)
            for problem in problems:
                log.warning("%s", problem)
            if not problems:
                self._redelivered_at = now
