"""Check admission: why a run must not start by itself now; read in the transaction of the door, so that nothing slips between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from inspect_pipelines.domain.budget import Budget, accounts, is_limited
from inspect_pipelines.domain.cost_budget import is_for_agents
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import under_maintenance
from inspect_pipelines.domain.occurrence import occurs, patience
from inspect_pipelines.domain.pause import resumed_at
from inspect_pipelines.domain.run import Refusal, Run, SkipReason
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.budgets import month_minutes
from inspect_pipelines.usecases.runs.check_cost import overspent

BY_ITSELF = ("cron:", "event:", "batch:")


def refusal(
    ledger: LedgerSession, run: Run, definition: Definition | None, *, queued_at: datetime, now: datetime
) -> Refusal | None:
    """Why the run must not start; None: it may. A person's wish is only refused when it waited too long.

    Args:
        queued_at: Since when the run's Dagster run waits, UTC.
    """
    if definition is None:
        gone = f"{run.definition_id!r} is not defined any more; publish again with: inspect-pipelines apply"
        return Refusal(SkipReason.PAUSE, gone)
    is_automatic = run.origin.startswith(BY_ITSELF) and not run.requested_by.startswith("user:")
    if is_automatic and (why := not_now(ledger, definition, now)):
        return Refusal(SkipReason.PAUSE, why)
    if is_automatic and run.origin.startswith("cron:"):
        since = floor(ledger, definition, now)
        if isinstance(definition, Schedule) and not occurs(definition, run.nominal_at):
            outside = f"{run.nominal_at:%Y-%m-%d %H:%M} UTC is outside of its dates or in its calendar"
            return Refusal(SkipReason.PAUSE, outside)
        if run.nominal_at < since <= queued_at:  # asked for before a later edit, it is run all the same
            past = f"{run.nominal_at:%Y-%m-%d %H:%M} UTC is older than the last change or pause of {definition.id!r}"
            return Refusal(SkipReason.PAUSE, past)
    loss = ledger.losses.of(run.id)
    since = loss.at if loss else min(queued_at, run.requested_at)
    waited, allowed = now - since, patience(definition, run.nominal_at)
    if waited > allowed and not run.is_bound_to_wait:
        return Refusal(SkipReason.QUEUE_TIMEOUT, _waited(waited, allowed))
    if is_automatic:
        budget = ledger.organizations.find().budget
        for account in accounts(definition, budget, used_minutes(ledger, definition, budget, now)):
            if why := account.refuses(definition):
                return Refusal(SkipReason.BUDGET, why)
        if is_for_agents(definition) and (why := overspent(ledger, definition, now)):
            return Refusal(SkipReason.BUDGET, why)
    return None


def not_now(ledger: LedgerSession, definition: Definition, now: datetime) -> str | None:
    """Why a definition starts nothing by itself at this moment; None: it may."""
    if not definition.enabled:
        return f"{definition.id!r} is switched off (enabled: false)"
    if pauses := ledger.pauses.active(definition.id, now):
        return pauses[0].sentence()
    windows = ledger.organizations.find().maintenance
    if window := under_maintenance(windows, definition.id, now):
        return f"maintenance: {window.reason}"
    return None


def floor(ledger: LedgerSession, definition: Definition, now: datetime) -> datetime:
    """What was due before this never fires: it belongs to an older cron, zone or switch, or to a pause that is over."""
    since = ledger.definitions.effective_since(definition.id) or now
    resumed = resumed_at(ledger.pauses.of(definition.id), now)
    return since if resumed is None else max(since, resumed)


def used_minutes(
    ledger: LedgerSession, definition: Definition, of_all: Budget | None, now: datetime
) -> Mapping[DefinitionId, float]:
    """The month's run-minutes of each definition, until now.

    Empty where no budget holds for this definition, as nothing needs to be added up then.

    Args:
        of_all: The organisation's budget.
    """
    if not is_limited(definition, of_all):
        return {}
    return month_minutes(ledger, now)


def _waited(waited: timedelta, allowed: timedelta) -> str:
    minute = timedelta(minutes=1)
    return f"it waited {waited // minute} minutes for its turn, and {allowed // minute} are allowed"
