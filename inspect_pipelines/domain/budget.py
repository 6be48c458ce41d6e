"""Budgets: run-minutes a month, so that a site that got slow or a cron that got busy does not eat a machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.trigger import Definition, Trigger

WARNED_AT = (50, 75, 90)  # per cent
DEPLOY_RESERVE = 0.1  # beyond the budget, for runs that verify a deploy
SAMPLE = 20  # of a definition's last runs; what it will take is their 95th percentile
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Budget:
    minutes_per_month: int  # of all runs' time from claim to end; months are UTC's


@dataclass(frozen=True, slots=True)
class Account:
    """One budget and what is used of it."""

    owner: str  # how people call it: `organisation 'acme'`, `'nightly'`
    budget: Budget
    used_minutes: float

    @property
    def percent(self) -> float:
        return 100 * self.used_minutes / self.budget.minutes_per_month

    def refuses(self, definition: Definition) -> str | None:
        """Why a run of that definition must not start by itself; None: it may."""
        limit = self.budget.minutes_per_month * (1 + DEPLOY_RESERVE if verifies_deploys(definition) else 1)
        if self.used_minutes < limit:
            return None
        reserve = ", and so is the reserve for deploys" if verifies_deploys(definition) else ""
        return f"the {self.budget.minutes_per_month} run-minutes of {self.owner} for this month are used up{reserve}"


def accounts(
    definition: Definition, of_all: Budget | None, used_minutes: Mapping[DefinitionId, float]
) -> tuple[Account, ...]:
    """The budgets that a definition's runs use, with what is used of them this month: the organisation's, its own.

    Args:
        of_all: The organisation's.
        used_minutes: The month's run-minutes of each definition.
    """
    found = []
    if of_all is not None:
        found.append(Account(f"organisation {definition.org_id!r}", of_all, sum(used_minutes.values())))
    if definition.plan.budget_minutes is not None:
        own = Budget(definition.plan.budget_minutes)
        found.append(Account(f"{definition.id!r}", own, used_minutes.get(definition.id, 0.0)))
    return tuple(found)


def is_limited(definition: Definition, of_all: Budget | None) -> bool:
    """Whether any budget holds for its runs; if none does, nothing needs to be added up."""
    return of_all is not None or definition.plan.budget_minutes is not None


def verifies_deploys(definition: Definition) -> bool:
    return isinstance(definition, Trigger) and definition.event.startswith("deployment.")


def month_of(at: datetime) -> str:
    """`2026-11`, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


def minutes_of(run: Run, now: datetime) -> float:
    """How long a run took, or takes until now; 0 when it never began, or when the clock was set back under it."""
    if run.claimed_at is None:
        return 0.0
    return max(0.0, ((run.completed_at or now) - run.claimed_at).total_seconds() / 60)


def typical_minutes(last_runs: Sequence[float]) -> float | None:
    """The 95th percentile (nearest rank) of how long runs took; None: there was none."""
    if not last_runs:
        return None
    ordered = sorted(last_runs)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]
