"""Close layers: when a pull request ends, its branch's pictures wait a while for the target to show them, and expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.branch import CLOSED, MERGED, REOPENED, head_of, layer
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.incident_deeds import branch_over
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.gather_affair import gather_affair
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences

BY = "policy:branches"  # who lets layers expire


def close_layers(ledger: LedgerSession, event: Event, *, at: datetime) -> None:
    """Mark the layers of an event's branch, when the event says that its pull request has ended, or goes on again.

    What the branch had failed by is over with it: no run of it will say so.
    """
    if event.type not in (CLOSED, MERGED, REOPENED):
        return
    branch = head_of(replace(event, type=CLOSED), None)  # a merged one's branch is asked for, too
    if branch is None:
        return
    ours = [one for one in ledger.definitions.all() if one.plan.repo in (None, event.repo)]
    names = {layer(one.plan.baseline.set or one.id, branch) for one in ours}
    ledger.baselines.close(names, at=None if event.type == REOPENED else at)
    if event.type == REOPENED:
        return
    for incident in (found for one in ours for found in ledger.incidents.open_in(_scope(one, branch))):
        store_consequences(ledger, branch_over(gather_affair(ledger, incident, at=at), branch, at=at), at=at)


def expire_layers(house: House, *, after: timedelta) -> list[str]:
    """Take layers out of use whose branch was closed so long ago or, where nobody said so, has rested so long; returns their names."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        if not ledger.baselines.resting(before=now - after):
            return []
    with house.ledger.write() as ledger:
        names = ledger.baselines.resting(before=now - after)
        for name in names:
            ledger.baselines.expire(name, by=BY, at=now)
        return names


def _scope(definition: Definition, branch: str) -> str:
    return f"definition:{layer(definition.id, branch)}"
