"""Check cost: whether an agent may be given another session, by what this month's have cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inspect_pipelines.domain.cost_budget import cost_accounts, is_cost_limited
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.budgets import month_usd


def overspent(ledger: LedgerSession, definition: Definition, now: datetime) -> str | None:
    """Why no agent may be given another session of this definition; None: one may be."""
    of_all = ledger.organizations.find().agent_usd
    accounts = cost_accounts(definition, of_all, used_usd(ledger, definition, of_all, now))
    return next((why for each in accounts if (why := each.refusal)), None)


def used_usd(
    ledger: LedgerSession, definition: Definition, of_all: float | None, now: datetime
) -> Mapping[DefinitionId, float]:
    """What the month's agents' sessions of each definition have cost, as far as it was told.

    Empty where no cost budget holds for this definition.

    Args:
        of_all: The organisation's budget.
    """
    return month_usd(ledger, now) if is_cost_limited(definition, of_all) else {}
