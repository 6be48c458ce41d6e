"""A plan: what a definition runs, for how long, against which baseline, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from inspect_pipelines.domain.alerting import Overrides
from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.template import fill, placeholders


class RuleEvent(StrEnum):
    ON_FAILURE = "on_failure"
    ON_SUCCESS = "on_success"
    ON_COMPLETE = "on_complete"
    ON_NEEDS_REVIEW = "on_needs_review"
    ON_RECOVERY = "on_recovery"
    ON_FLAKY = "on_flaky"
    ON_BUDGET = "on_budget"  # the organisation's own rule: a month's run-minutes are running out


class Overlap(StrEnum):
    """What a run does while another one of its definition is open."""

    SKIP = "skip"
    BUFFER_ONE = "buffer_one"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class NotifyRule:
    """Who hears of which outcome; every rule that matches fires.

    Attributes:
        targets: One key per place that is told, `kind` or `kind:address`, in the order of the kinds.
    """

    event: RuleEvent
    targets: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BaselinePolicy:
    """How pictures are judged."""

    enabled: bool = True
    set: str | None = None  # a shared baseline set's name; None: the definition's own
    tolerance: float = 0.02  # score in [0, 1] up to which a view passes
    is_auto: bool = (
        False  # each view's own noise says its tolerance, once it is known; see domain/drift_track
    )
    layout_budget_px: int = 4  # inserted plus removed rows up to which a view passes
    region_budget: int | None = None  # changed regions up to which a view passes; None: off
    update_on_success: bool = False
    first_run: Literal["review", "adopt"] = "review"


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a run tries again by itself, by what went wrong; only its last attempt decides."""

    infra: int = 2  # ours: the browser died, a name could not be resolved
    finding: int = 1  # the site broke an expectation: seen once only, it is `flaky`
    visual: int = 1  # a view differs: it must differ the same way twice


@dataclass(frozen=True, slots=True)
class Plan:
    playbooks: tuple[Playbook, ...]  # one session each, in this order
    repo: str | None = None  # owner/name
    branch: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)  # may hold {{placeholders}} of an event
    timeout_minutes: int = 30
    baseline: BaselinePolicy = field(default_factory=BaselinePolicy)
    notify: tuple[NotifyRule, ...] = ()
    alerts: Overrides = field(default_factory=Overrides)
    overlap: Overlap = Overlap.SKIP
    retries: Retries = field(default_factory=Retries)
    max_parallel: int = (
        1  # agents' sessions of a run at once, 1..8; 1: all in order. A browser's are always in order
    )
    budget_minutes: int | None = None  # run-minutes a month; None: only the organisation's budget
    budget_usd: float | None = None  # a month for its agents; None: only the organisation's
    against: str = ""  # the live address that a run is compared with; may hold {{placeholders}} of an event
    preview_url: str = ""  # where a build of `{{commit}}` answers; empty: nobody said so
    observe: bool = False  # its runs are shot, compared and kept; they tell nobody and block nothing
    allowed_hosts: tuple[str, ...] = ()  # hosts a `url` variable may name besides the file's own; globs
    priority: int = 0  # -100..100; of two runs that wait in the queue the higher one begins first
    tags: tuple[str, ...] = ()  # for people to find it by
    owner: str = ""  # who looks after it, in people's words


def target_host(plan: Plan) -> str | None:
    """The host that the plan's first playbook starts at; None: only an event or the playbook's steps know it."""
    playbook = plan.playbooks[0]
    values = {variable.name: variable.default or "" for variable in playbook.variables} | dict(plan.variables)
    text = fill(playbook.base_url, values)
    return host_of(text) or None if "://" in text and not placeholders(text) else None
