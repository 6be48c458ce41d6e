"""The bookkeeper tells owners once a week what they owe."""

from __future__ import annotations

import logging

from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.tell_owners import tell_owners
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 30.0  # one look into the ledger, until a week's time has come

log = logging.getLogger(__name__)


class Bookkeeper(Duty):
    """Of one organisation; stores its messages, which the sender sends."""

    def __init__(self, house: House, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        super().__init__("bookkeeper", "messages", every_seconds=every_seconds)
        self._house = house

    def turn(self) -> None:
        if told := tell_owners(self._house):
            log.info("%d messages of the week were stored", len(told))
