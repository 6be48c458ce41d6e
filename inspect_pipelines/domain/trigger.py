"""A trigger: an event with conditions, and the plan that it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from inspect_pipelines.domain.condition import Condition
from inspect_pipelines.domain.ids import DefinitionId, OrgId, SourceId
from inspect_pipelines.domain.plan import Plan
from inspect_pipelines.domain.schedule import Schedule


class Key(StrEnum):
    """What events must share to be one run."""

    REPO = "repo"
    BRANCH = "branch"
    ENVIRONMENT = "environment"
    AUTHOR = "author"
    NUMBER = "number"
    SHA = "sha"
    URL = "url"
    DATA = "data"  # all that its kind has of its own: inputs, arguments, a tag


class Supersede(StrEnum):
    """What a newer event does to the run of an older one that shares its key and still plays."""

    WAIT = "wait"  # for its turn
    CANCEL = "cancel"  # ends it: what it looks at is out of date


USUAL_KEY = (Key.REPO, Key.BRANCH, Key.ENVIRONMENT)


@dataclass(frozen=True, slots=True)
class Debounce:
    """How events that come shortly after one another become one run."""

    wait: timedelta = timedelta(0)  # of quiet, before the run starts
    max_wait: timedelta = timedelta(0)  # from the first event on, however many follow
    key: tuple[Key, ...] = USUAL_KEY  # where a trigger names none: `debounce.usual_key` of its event


@dataclass(frozen=True, slots=True)
class Authors:
    """Logins, `*` for any characters."""

    include: tuple[str, ...] = ()  # empty: anybody
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    id: DefinitionId
    org_id: OrgId
    name: str
    event: str  # normalised: `pull_request.merged`, `deployment.completed`, ..
    plan: Plan
    repo: str | None = None  # exact or a glob; None: any repository of the organisation
    branches: tuple[str, ...] = ()  # globs; empty: any
    paths: tuple[str, ...] = ()  # globs with ** and !; empty: any
    environment: str | None = None  # exact or a glob
    labels: tuple[str, ...] = ()  # globs, one of which must be there; empty: any
    authors: Authors = field(default_factory=Authors)
    drafts: bool = False  # whether a draft pull request counts
    conditions: tuple[Condition, ...] = ()  # all must hold
    source: SourceId | None = None  # None: any of the organisation
    debounce: Debounce = field(default_factory=Debounce)
    enabled: bool = True
    supersede: Supersede = Supersede.WAIT
    delay: timedelta = timedelta(0)  # from an event to the start of its run; what comes meanwhile joins it
    kind: Literal["trigger"] = "trigger"


Definition = Schedule | Trigger
