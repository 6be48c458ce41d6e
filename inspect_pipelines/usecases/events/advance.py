"""Bring an event on: what the steps of its way share."""

from __future__ import annotations

from inspect_pipelines.domain.context import Context
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.facts.event import event_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


def save_status(house: House, ledger: LedgerSession, event: Event) -> None:
    """Store how far an event has come, and tell the history."""
    ledger.events.save(event)
    ledger.journal.append("event", event_facts(event), at=house.clock.now())


def run_of(house: House, trigger: Trigger, context: Context, origin: str) -> Run:
    """The pending run that knows this context."""
    now = house.clock.now()
    return Run(
        id=RunId(house.clock.new_id()),
        org_id=trigger.org_id,
        origin=origin,
        definition_id=trigger.id,
        definition_kind=trigger.kind,
        nominal_at=now,
        requested_at=now,
        timeout_minutes=trigger.plan.timeout_minutes,
        variables=context.variables(),
        requested_by="event",
        against=trigger.plan.against,
    )
