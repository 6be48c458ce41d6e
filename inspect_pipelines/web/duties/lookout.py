"""The lookout sounds the alarm when schedules stop; it needs no daemon."""

from __future__ import annotations

import logging
from datetime import datetime

from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.raise_alarms import alarm
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 30.0

log = logging.getLogger(__name__)


class Lookout(Duty):
    """Finds which schedules do not tick, since it was started."""

    def __init__(self, house: House, ticker: Ticker, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        # Dagster takes its time to come up beside us
        super().__init__("lookout", "schedules", every_seconds=every_seconds, begins_at_once=False)
        self._house, self._ticker = house, ticker
        self._since: datetime = house.clock.now()
        self._found = ""  # which schedules do not tick; empty when all do

    def prepare(self) -> None:
        self._since = self._house.clock.now()

    def turn(self) -> None:
        found = alarm(self._house, self._ticker, watching_since=self._since)
        self._found = found.problem
        if found.raised:
            log.warning("%s", found.problem)
            send_waiting(self._house)

    def finding(self) -> str:
        return self._found
