"""Settle: what a run's end means beyond the run itself: minutes used, warnings of budgets, a definition that pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.budget import WARNED_AT, minutes_of, month_of
from inspect_pipelines.domain.message import Message, MessageKind, Severity
from inspect_pipelines.domain.notification import CODE_HOST, Notification
from inspect_pipelines.domain.pause import BY_ITSELF, ERRORS_IN_A_ROW, Pause, keeps_breaking, resumed_at
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.compose import mentions_of
from inspect_pipelines.usecases.alerts.post import note_of
from inspect_pipelines.usecases.runs.check_admission import accounts

LOOKED_AT = 50  # of the definition's last runs, skipped ones included


def count_minutes(ledger: LedgerSession, run: Run, *, at: datetime) -> None:
    """Add a run's minutes to the month in which it was claimed."""
    if run.claimed_at is not None:
        ledger.usage.add(run.org_id, run.definition_id, month_of(run.claimed_at), minutes_of(run, at))


def pause_if_broken(
    ledger: LedgerSession, run: Run, definition: Definition | None, *, at: datetime
) -> Pause | None:
    """Pause a definition whose last three runs all ended as `error`: ours to mend, and no reason to go on trying.

    Never because the site fails: that is what we are here to tell.
    """
    if run.status is not RunStatus.ERROR or definition is None:
        return None
    if ledger.pauses.active(run.org_id, run.definition_id, at):
        return None
    latest = ledger.runs.latest(run.org_id, definition_id=run.definition_id, limit=LOOKED_AT)
    if not keeps_breaking(latest, since=resumed_at(ledger.pauses.of(run.org_id, run.definition_id), at)):
        return None
    why = f"its last {ERRORS_IN_A_ROW} runs all ended as 'error', the last one: {run.reason.partition(chr(10))[0]}"
    pause = Pause(f"auto:{run.id}", run.org_id, run.definition_id, why, BY_ITSELF, since=at)
    ledger.pauses.add(pause)
    return pause


def is_news(ledger: LedgerSession, run: Run, *, at: datetime) -> bool:
    """Whether people hear of this end: of many runs skipped for the same cause, only of the first.

    A queue that is too long is told once an organisation and hour, a budget that is used up once a definition and day.
    """
    if run.status is not RunStatus.SKIPPED:
        return True
    if run.reason.startswith(SkipReason.QUEUE_TIMEOUT.value):
        return ledger.notices.is_first(run.org_id, f"queue_timeout:{at:%Y-%m-%dT%H}", at=at)
    if run.reason.startswith(SkipReason.BUDGET.value):
        return ledger.notices.is_first(run.org_id, f"budget:{run.definition_id}:{at:%Y-%m-%d}", at=at)
    return True


def budget_warnings(
    ledger: LedgerSession, run: Run, definition: Definition | None, *, at: datetime
) -> list[Notification]:
    """One message to each target for the budgets that have come over 50, 75 or 90 per cent with this run."""
    if definition is None:
        return []
    lines = []
    for account in accounts(ledger, definition, at):
        reached = [level for level in WARNED_AT if account.percent >= level]
        keys = [f"budget:{month_of(at)}:{account.owner}:{level}" for level in reached]
        new = [ledger.notices.is_first(run.org_id, key, at=at) for key in keys]
        if new and new[-1]:  # over 75 at once: of 50 nobody needs to hear
            lines.append(
                f"{account.owner} has used {account.used_minutes:.0f} of its "
                f"{account.budget.minutes_per_month} run-minutes of {month_of(at)} ({account.percent:.0f} %)"
            )
    if not lines:
        return []
    lines.append("at 100 % scheduled runs are skipped; runs after a deploy have a reserve of 10 %")
    message = Message(
        kind=MessageKind.NOTICE,
        severity=Severity.WARNING,
        title="Run-minutes are running out",
        verdict="budget",
        sentence=lines[0],
        dedup_key=f"budget:{run.id}",
        lines=tuple(lines[1:]),
        definition_name=definition.name,
    )
    return [
        note_of(run, RuleEvent.ON_BUDGET, target, replace(message, mentions=mentions_of(rule, run)), at=at)
        for rule in _warned(ledger, definition)
        for target in rule.targets
        if target != CODE_HOST
    ]


def _warned(ledger: LedgerSession, definition: Definition) -> list[NotifyRule]:
    """Whom a budget's warning goes to: the organisation's own rule, else whoever hears of the definition's failures."""
    own = ledger.organizations.find(definition.org_id).budget_rule
    if own is not None:
        return [own]
    return [rule for rule in definition.plan.notify if rule.event is RuleEvent.ON_FAILURE]
