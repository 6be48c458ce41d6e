"""A definition's plan: what it runs and how, with its playbooks by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, Overlap, Retries
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class PlanSummary:
    definition_id: DefinitionId
    playbooks: tuple[PlaybookId, ...]  # in playing order
    repo: str | None
    branch: str | None
    variables: Mapping[str, str]  # references where they are secret
    timeout_minutes: int
    baseline: BaselinePolicy
    baseline_set: str
    notify: tuple[NotifyRule, ...]
    overlap: Overlap
    retries: Retries
    max_parallel: int  # agents' sessions of a run at once
    preview_url: str  # where a build of `{{commit}}` answers; empty: nobody said so
    budget_minutes: int | None  # a month; None: only the organisation's budget
    budget_usd: float | None  # a month for its agents; None: only the organisation's
    priority: int  # of runs that wait in the queue the higher begins first
    tags: tuple[str, ...]
    owner: str


def show_plan(house: House, kind: str, definition_id: str) -> PlanSummary | None:
    """The plan of a schedule or trigger; None: there is none of that kind and id."""
    with house.ledger.read() as ledger:
        found = ledger.definitions.find(DefinitionId(definition_id))
    if found is None or found.kind != kind:
        return None
    plan = found.plan
    return PlanSummary(
        definition_id=found.id,
        playbooks=tuple(playbook.id for playbook in plan.playbooks),
        repo=plan.repo,
        branch=plan.branch,
        variables=plan.variables,
        timeout_minutes=plan.timeout_minutes,
        baseline=plan.baseline,
        baseline_set=plan.baseline.set or found.id,
        notify=plan.notify,
        overlap=plan.overlap,
        retries=plan.retries,
        max_parallel=plan.max_parallel,
        preview_url=plan.preview_url,
        budget_minutes=plan.budget_minutes,
        budget_usd=plan.budget_usd,
        priority=plan.priority,
        tags=plan.tags,
        owner=plan.owner,
    )
