"""Consequences: all that follows from a run's end, or from a deed, as one value that is stored in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.acceptance import accepted_by_policy
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.budget import minutes_of, month_of
from inspect_pipelines.domain.budget_warning import budget_warnings
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.domain.ignore_end import ended_ignores
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.layer import promoted
from inspect_pipelines.domain.mailbox import Mail, mail_of
from inspect_pipelines.domain.pause import Pause, pause_of_broken
from inspect_pipelines.domain.quarantine_end import ending_ignored_changes, ending_quarantines
from inspect_pipelines.domain.repair_notice import proposed_repairs
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from inspect_pipelines.domain.run_alerts import Alerts, alerts_of
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.token_end import ending_tokens


@dataclass(frozen=True, slots=True)
class UsedMinutes:
    """A run's minutes, in the month in which it was claimed (`2026-11`, UTC)."""

    definition_id: DefinitionId
    month: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows.

    Attributes:
        incidents: That changed, as they are from now on.
        shown: Of these, those that the run failed by.
        mail: What people hear.
        minutes: To be counted against budgets.
        pause: Of a definition that keeps breaking.
        notices: Keys of what has been told by this, and is told once only.
        baseline: The pictures that are approved from now on.
    """

    incidents: tuple[Incident, ...] = ()
    shown: frozenset[IncidentId] = frozenset()
    mail: Mail = field(default_factory=Mail)
    minutes: UsedMinutes | None = None
    pause: Pause | None = None
    notices: tuple[str, ...] = ()
    baseline: Baseline | None = None


def of_end(end: RunEnd, before: Before) -> Consequences:
    """What a run's end means; the same values always mean the same.

    A new consequence ("when X ends, also do Y") begins here: what it asks of the ledger becomes a field of `Before`,
    what it changes one of `Consequences`, and the rule a function of the noun that it is about.
    """
    if end.is_quiet:
        return Consequences(
            minutes=used_minutes(end.run, at=end.at), baseline=accepted_by_policy(end, before.active)
        )
    pause = pause_of_broken(end.run, before.latest, before.pauses, at=end.at)
    warned = (
        budget_warnings(end, before),
        ended_ignores(end, before),
        ending_quarantines(end, before),
        ending_ignored_changes(end, before),
        ending_tokens(end, before),
        proposed_repairs(end, before),
    )
    told = [key for each in warned for key in each.notices]
    notice = _told_once(end)
    accepted = accepted_by_policy(end, before.active)
    alerts = Alerts()
    if notice is None or notice not in before.notices:
        alerts = alerts_of(end, before, remarks=() if pause is None else (_remark(pause),))
    return Consequences(
        incidents=alerts.incidents,
        shown=alerts.shown,
        mail=mail_of(
            (*alerts.messages, *(note for each in warned for note in each.messages)),
            before.mail,
            at=end.at,
            window=before.organization.alerts.group_window,
            kinds=before.kinds,
        ),
        minutes=used_minutes(end.run, at=end.at),
        pause=pause,
        notices=tuple(key for key in (*told, notice) if key and key not in before.notices),
        baseline=promoted(end, before.active, before.layers, accepted) or accepted,
    )


def used_minutes(run: Run, *, at: datetime) -> UsedMinutes | None:
    """What a run that has ended by now has used; None: it never began."""
    if run.claimed_at is None:
        return None
    return UsedMinutes(run.definition_id, month_of(run.claimed_at), minutes_of(run, at))


def _told_once(end: RunEnd) -> str | None:
    """The key under which many ends of this kind are told by the first of them only; None: each is told.

    A queue that is too long is told once an organisation and hour, a budget that is used up once a definition and day.
    """
    if end.run.status is not RunStatus.SKIPPED:
        return None
    if end.run.reason.startswith(SkipReason.QUEUE_TIMEOUT.value):
        return f"queue_timeout:{end.at:%Y-%m-%dT%H}"
    if end.run.reason.startswith(SkipReason.BUDGET.value):
        return f"budget:{end.run.definition_id}:{end.at:%Y-%m-%d}"
    return None


def _remark(pause: Pause) -> str:
    return f"{pause.sentence()}; when it is mended: inspect-pipelines schedules resume {pause.definition_id}"
