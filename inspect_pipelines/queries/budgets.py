"""Budgets: this month's run-minutes, and what is used of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from inspect_pipelines.domain.budget import Account, accounts, minutes_of, month_of
from inspect_pipelines.domain.cost_budget import CostAccount, cost_accounts
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    owner: str  # `organisation 'acme'`, or a definition
    month: str  # `2026-11`, UTC's
    minutes_per_month: int | None  # None: it is of dollars
    used_minutes: float | None  # of runs that ended, and of those that run, until now
    percent: float
    usd_per_month: float | None = None  # for agents; None: it is of minutes
    used_usd: float | None = None  # as their control plane told it, of sessions that have ended


def list_budgets(house: House) -> list[BudgetStanding]:
    """The organisation's, then those of definitions by id, minutes before dollars; empty: nothing is limited."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        definitions = sorted(ledger.definitions.all(), key=lambda one: one.id)
        ours = ledger.organizations.find()
        used, spent = month_minutes(ledger, now), month_usd(ledger, now)
    found = {
        account.owner: account
        for definition in definitions
        for account in accounts(definition, ours.budget, used)
    }
    costs = {
        account.owner: account
        for definition in definitions
        for account in cost_accounts(definition, ours.agent_usd, spent)
    }
    month = month_of(now)
    return [
        *(_standing(account, month) for account in found.values()),
        *(_cost_standing(account, month) for account in costs.values()),
    ]


def month_minutes(ledger: LedgerSession, now: datetime) -> dict[DefinitionId, float]:
    """The month's run-minutes of each definition: of the runs that ended, and of those that run, until now."""
    used = dict(ledger.usage.of(month_of(now)))
    for run in ledger.runs.open():
        if run.status is RunStatus.RUNNING:
            used[run.definition_id] = used.get(run.definition_id, 0.0) + minutes_of(run, now)
    return used


def month_usd(ledger: LedgerSession, now: datetime) -> Mapping[DefinitionId, float]:
    """What the month's agents' sessions of each definition have cost, as far as it was told; months are UTC's."""
    begin = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return ledger.remote_sessions.cost_since(begin)


def _standing(account: Account, month: str) -> BudgetStanding:
    return BudgetStanding(
        account.owner,
        month,
        account.budget.minutes_per_month,
        round(account.used_minutes, 2),
        round(account.percent, 1),
    )


def _cost_standing(account: CostAccount, month: str) -> BudgetStanding:
    return BudgetStanding(
        account.owner,
        month,
        None,
        None,
        round(account.percent, 1),
        account.usd_per_month,
        round(account.used_usd, 2),
    )
