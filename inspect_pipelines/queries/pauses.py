"""Pauses: what holds definitions back now, and why."""

from __future__ import annotations

from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.ports.house import House


def list_pauses(house: House) -> list[Pause]:
    """Those that hold now, of the organisation and of single definitions, oldest first."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        return [*ledger.pauses.listed(now)]
