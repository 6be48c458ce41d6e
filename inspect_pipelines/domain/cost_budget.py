"""Cost budgets: US dollars a month for agents, as their control plane tells what a session has cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.playbook import OPEN_INSPECT
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class CostAccount:
    """One budget and what is used of it; what no control plane has told is not in it."""

    owner: str  # how people call it: `organisation 'acme'`, `'nightly'`
    usd_per_month: float  # of sessions that were opened in a month, which is UTC's
    used_usd: float

    @property
    def percent(self) -> float:
        return 100 * self.used_usd / self.usd_per_month

    @property
    def refusal(self) -> str | None:
        """Why no agent is given another session; None: one may be."""
        if self.used_usd < self.usd_per_month:
            return None
        return (
            f"the {self.usd_per_month:.2f} US dollars of {self.owner} for agents this month are spent "
            f"({self.used_usd:.2f}); raise agent_usd_per_month, or wait for the next month"
        )


def cost_accounts(
    definition: Definition, of_all: float | None, used_usd: Mapping[DefinitionId, float]
) -> tuple[CostAccount, ...]:
    """The cost budgets that a definition's agents use, with what is used of them: the organisation's, its own.

    Args:
        of_all: The organisation's.
        used_usd: What the month's sessions of each definition have cost.
    """
    found = []
    if of_all is not None:
        owner = f"organisation {definition.org_id!r}"
        found.append(CostAccount(owner, of_all, sum(used_usd.values())))
    if (own := definition.plan.budget_usd) is not None:
        found.append(CostAccount(f"{definition.id!r}", own, used_usd.get(definition.id, 0.0)))
    return tuple(found)


def is_cost_limited(definition: Definition, of_all: float | None) -> bool:
    """Whether any cost budget holds for its agents; if none does, nothing needs to be added up."""
    return of_all is not None or definition.plan.budget_usd is not None


def is_for_agents(definition: Definition) -> bool:
    """Whether agents play all of it, as its playbooks say."""
    return all(playbook.runner == OPEN_INSPECT for playbook in definition.plan.playbooks)
