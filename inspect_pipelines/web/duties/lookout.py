"""The lookout sounds the alarm when schedules or sensors stop; it needs no daemon."""

from __future__ import annotations

import logging
from datetime import datetime

from inspect_pipelines.domain.idle_sensor import IdleSensor, idle_sensors
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.raise_alarms import alarm
from inspect_pipelines.usecases.alerts.raise_idle import raise_idle
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 30.0

log = logging.getLogger(__name__)


class Lookout(Duty):
    """Finds which schedules and sensors do not tick, since it was started."""

    def __init__(self, house: House, ticker: Ticker, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        # Dagster takes its time to come up beside us
        super().__init__("lookout", "schedules", every_seconds=every_seconds, begins_at_once=False)
        self._house, self._ticker = house, ticker
        self._since: datetime = house.clock.now()
        self._found = ""  # which schedules do not tick; empty when all do
        self._idle: tuple[IdleSensor, ...] = ()

    def prepare(self) -> None:
        self._since = self._house.clock.now()

    def turn(self) -> None:
        found = alarm(self._house, self._ticker, watching_since=self._since)
        self._found = found.problem
        if found.raised:
            log.warning("%s", found.problem)
            send_waiting(self._house)
        self._look_at_sensors()

    def _look_at_sensors(self) -> None:
        sensors = self._ticker.sensors()
        idle = idle_sensors(sensors or (), now=self._house.clock.now(), watching_since=self._since)
        before = {one.key for one in self._idle}
        lasting = [one for one in idle if one.key in before]  # a machine that wakes up ticks within seconds
        self._idle = idle
        if raise_idle(self._house, lasting):
            log.warning("%s", "; ".join(one.sentence for one in lasting))
            send_waiting(self._house)

    def finding(self) -> str:
        return "; ".join(filter(None, (self._found, *(one.sentence for one in self._idle))))
