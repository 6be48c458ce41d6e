"""Gauges: the few figures of an organisation that a monitoring system should watch; the same few statements however much there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.ports.house import House

MOST = 1000  # of what is counted one by one; more than that is as alarming


@dataclass(frozen=True, slots=True)
class Gauges:
    org_id: str
    definitions: Mapping[str, int]  # by kind
    open_runs: Mapping[str, int]  # by status
    open_incidents: int
    waiting_messages: int
    pauses: int


def gauges(house: House) -> Gauges:
    """As they are now."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        return Gauges(
            org_id=house.org_id,
            definitions=Counter(one.kind for one in ledger.definitions.all()),
            open_runs=Counter(one.status.value for one in ledger.runs.open()),
            open_incidents=len(ledger.incidents.latest(open_only=True, limit=MOST)),
            waiting_messages=len(ledger.outbox.waiting(limit=MOST)),
            pauses=len(ledger.pauses.listed(now)),
        )
