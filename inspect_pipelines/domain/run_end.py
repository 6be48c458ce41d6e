"""A run's end: what ended, and what stood before; all that `consequences` needs to say what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from inspect_pipelines.domain.access import AccessToken
from inspect_pipelines.domain.alerting import Alerting, Silence
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.cause import Cause, cause_of
from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import BaselineId, DefinitionId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.mailbox import Mailbox
from inspect_pipelines.domain.notification import CODE_HOST
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.repair import Repair
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict


@dataclass(frozen=True)
class RunEnd:
    """What ended, with the evidence that it was judged by.

    Attributes:
        run: Concluded.
        sessions: Those that decide.
        judged_with: The baseline it was compared with, as far as it concerns the run's playbooks.
        baseline_id: A fresh one, for the baseline that the plan may make of it; None: it makes none.
        environments: The changes of its pictures' environment that a person accepted.
    """

    run: Run
    definition: Definition
    verdict: Verdict
    at: datetime  # UTC
    sessions: tuple[SessionResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    judged_with: Baseline | None = None
    baseline_id: BaselineId | None = None
    report_path: str = ""
    environments: frozenset[str] = frozenset()

    @cached_property
    def cause(self) -> Cause | None:
        """Why the run is not as it should be; None: it is, or nobody can say."""
        return cause_of(self.run, self.definition, self.sessions, self.comparisons, self.verdict.reasons)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is told and no incident opens or ends by it: it only observes, or a person wanted to see two
        addresses beside each other, which says nothing about what the definition watches.
        """
        plan = self.definition.plan
        return plan.observe or (bool(self.run.against) and self.run.against != plan.against)

    def targets(self, event: RuleEvent) -> tuple[str, ...]:
        """Whom the plan's rules for an event name, the code host left out."""
        return people_told(self.definition, event)


@dataclass(frozen=True, slots=True)
class Before:
    """What stood before a run's end, as far as it decides what follows.

    What is left out stands for the most that may follow: nobody wanted quiet, was told of it or decided meanwhile.

    Attributes:
        standing: The open incidents of the run's scopes and of environments, oldest first.
        last_of_cause: The newest incident of exactly what the run shows and none of these covers.
        silences: Those that hold.
        pauses: Every one that the definition ever had, the organisation's included; only of an `error`.
        latest: The definition's last runs, newest first, this one among them; only of an `error`.
        used_minutes: The month's run-minutes of each definition without this run's; empty where nobody limits them.
        used_usd: What the month's agents of each definition have cost, this run's too; likewise.
        notices: Keys of what was told once and needs no second telling.
        last_good: The definition's last run that passed.
        active: The active baseline of the run's set.
        layers: Those of its branches, where the run shows what was approved on one.
        tokens: The organisation's that end soon.
        repairs: What came of agents that were asked where an element of the run has gone.
        mail: What the targets that may hear of it are about to hear.
        kinds: Of channels.
    """

    organization: Organization
    standing: tuple[Incident, ...] = ()
    last_of_cause: Incident | None = None
    silences: tuple[Silence, ...] = ()
    pauses: tuple[Pause, ...] = ()
    latest: tuple[Run, ...] = ()
    used_minutes: Mapping[DefinitionId, float] = field(default_factory=dict)
    used_usd: Mapping[DefinitionId, float] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    last_good: Run | None = None
    active: Baseline | None = None
    layers: tuple[Baseline, ...] = ()
    tokens: tuple[AccessToken, ...] = ()
    repairs: tuple[Repair, ...] = ()
    mail: Mapping[str, Mailbox] = field(default_factory=dict)
    kinds: Kinds = field(default_factory=dict)

    def rules(self, definition: Definition) -> Alerting:
        """What holds for a definition's incidents."""
        return self.organization.alerts.overridden(definition.plan.alerts)


def people_told(definition: Definition, event: RuleEvent) -> tuple[str, ...]:
    """The targets that a definition's rules name for an event; the code host hears of runs, not of incidents."""
    rules = (rule for rule in definition.plan.notify if rule.event is event)
    return tuple(target for rule in rules for target in rule.targets if target != CODE_HOST)
