"""Budgets: this month's run-minutes, and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.budget import Account, accounts, minutes_of, month_of
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    owner: str  # `organisation 'acme'`, or a definition
    month: str  # `2026-11`, UTC's
    minutes_per_month: int
    used_minutes: float  # of runs that ended, and of those that run, until now
    percent: float


def list_budgets(house: House) -> list[BudgetStanding]:
    """The organisation's, then those of definitions by id; empty: nothing is limited."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        definitions = sorted(ledger.definitions.all(), key=lambda one: one.id)
        of_all = ledger.organizations.find().budget
        used = month_minutes(ledger, now)
    found = {
        account.owner: account for definition in definitions for account in accounts(definition, of_all, used)
    }
    return [_standing(account, month_of(now)) for account in found.values()]


def month_minutes(ledger: LedgerSession, now: datetime) -> dict[DefinitionId, float]:
    """The month's run-minutes of each definition: of the runs that ended, and of those that run, until now."""
    used = dict(ledger.usage.of(month_of(now)))
    for run in ledger.runs.open():
        if run.status is RunStatus.RUNNING:
            used[run.definition_id] = used.get(run.definition_id, 0.0) + minutes_of(run, now)
    return used


def _standing(account: Account, month: str) -> BudgetStanding:
    return BudgetStanding(
        account.owner,
        month,
        account.budget.minutes_per_month,
        round(account.used_minutes, 2),
        round(account.percent, 1),
    )
