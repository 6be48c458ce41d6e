"""Which runs a list is to hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class About:
    """What a run is about: its event says so, or, where no event said anything, its definition's plan."""

    variable: str  # of an event's context: `repo`, `base_branch`, `environment`
    value: str
    definitions: frozenset[DefinitionId] = frozenset()  # whose plan says that value


@dataclass(frozen=True, slots=True)
class RunFilter:
    """All of it holds; None: any."""

    definition_id: DefinitionId | None = None
    kind: str | None = None  # schedule | trigger
    status: Collection[RunStatus] | None = None
    since: datetime | None = None  # requested then or later
    until: datetime | None = None  # requested before
    about: tuple[About, ...] = ()
    only_whole: bool = False  # no run of a part of its plan


def about(
    definitions: Collection[Definition], *, repo: str | None, branch: str | None, environment: str | None
) -> tuple[About, ...]:
    """What is asked for, with the definitions whose plan says it; None: it is not asked for."""
    found = []
    if repo is not None:
        found.append(About("repo", repo, frozenset(one.id for one in definitions if one.plan.repo == repo)))
    if branch is not None:
        ids = frozenset(one.id for one in definitions if one.plan.branch == branch)
        found.append(About("base_branch", branch, ids))
    if environment is not None:
        found.append(About("environment", environment))
    return tuple(found)
