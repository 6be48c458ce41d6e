"""A notification: what is said, per rule and target; a delivery: whether it arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.ids import IncidentId, OrgId, RunId
from inspect_pipelines.domain.message import Message, as_text
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.review import SUPERSEDED
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason

CODE_HOST = "github"  # the target of what belongs to a commit
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(hours=1)
MOST_ATTEMPTS = 40  # the last of them about a day after the first
LONGEST_TRY = timedelta(hours=24)


class DeliveryStatus(StrEnum):
    STORED = "stored"
    SENT = "sent"
    FAILED = "failed"  # given up, visibly


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one target; unique by its key."""

    id: str
    org_id: OrgId
    run_id: RunId
    event: RuleEvent
    target: str  # `slack:#qa-alerts`, `pagerduty`, ..
    title: str
    text: str  # plain text, one fact a line
    mentions: tuple[str, ...]
    created_at: datetime  # UTC
    status: DeliveryStatus = DeliveryStatus.STORED
    receipt: str = ""  # what the channel answered: an id, a path; or why it did not arrive (yet)
    sent_at: datetime | None = None
    message: Message | None = (
        None  # what a channel with a form of its own renders; None: title and text are all
    )
    incident_id: IncidentId | None = None  # whose thread it belongs to; None: it stands alone
    occasion: str = ""  # tells apart what may be said about the same thing several times
    due_at: datetime | None = None  # UTC; not to be sent before; None: at once
    attempts: int = 0  # begun ones
    gathered: tuple[IncidentId, ...] = ()  # incidents that are opened by this one together
    failing_since: datetime | None = None  # UTC; the first failure of this round of tries

    @property
    def key(self) -> str:
        """What a second one with the same changes nothing by."""
        kind = self.message.kind.value if self.message else ""
        return "/".join((self.incident_id or self.run_id, self.event.value, kind, self.occasion, self.target))

    @property
    def thread_key(self) -> str | None:
        """What the messages for a target follow one another in, an incident or a pull request; None: it stands alone."""
        if self.incident_id is not None:
            return self.incident_id
        commit = self.message.commit if self.message and self.target == CODE_HOST else None
        if commit is None:
            return None
        return (
            f"{commit.repo}#{commit.pull_request}" if commit.pull_request else f"{commit.repo}@{commit.sha}"
        )

    def sent(self, receipt: str, *, at: datetime) -> Notification:
        """This one, accepted by its channel."""
        return replace(self, status=DeliveryStatus.SENT, receipt=receipt, sent_at=at)

    def failed(
        self,
        why: str,
        *,
        may_help: bool,
        retry_after_seconds: float | None = None,
        chance: float,
        at: datetime,
    ) -> Notification:
        """This one after a failed attempt: to be tried again later, or given up with the reason.

        How old it is does not count: after a day without a sender, the first try would be the last.

        Args:
            may_help: Whether another try may help.
            retry_after_seconds: What the service asked for.
            chance: 0.0 - 1.0; many that failed together do not come back together.
        """
        since = self.failing_since or at
        if not may_help:
            return replace(self, status=DeliveryStatus.FAILED, receipt=why)
        if self.attempts >= MOST_ATTEMPTS or at - since >= LONGEST_TRY:
            gave_up = f"given up after {self.attempts} attempts since {since:%Y-%m-%d %H:%M} UTC: {why}"
            return replace(self, status=DeliveryStatus.FAILED, receipt=gave_up)
        delay = backoff(self.attempts, chance)
        if retry_after_seconds is not None:
            delay = min(max(delay, timedelta(seconds=retry_after_seconds)), LONGEST_TRY)
        return replace(self, receipt=why, due_at=at + delay, failing_since=since)

    def again(self, *, at: datetime) -> Notification:
        """This one, to be sent once more because a person says so."""
        return replace(
            self,
            status=DeliveryStatus.STORED,
            due_at=at,
            attempts=0,
            failing_since=None,
            receipt="",
            sent_at=None,
        )


def notification_of(
    run: Run,
    event: RuleEvent,
    target: str,
    message: Message,
    *,
    occasion: str = "",
    at: datetime,
) -> Notification:
    """The notification of a message; the same key always gives the same id, which services may take as a key, too."""
    note = Notification(
        id="",
        org_id=run.org_id,
        run_id=run.id,
        event=event,
        target=target,
        title=message.title,
        text=as_text(message),
        mentions=message.mentions,
        created_at=at,
        message=message,
        incident_id=message.incident_id,
        occasion=occasion,
    )
    return replace(note, id=hashlib.sha256(note.key.encode("utf-8", "replace")).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver; stored before it is made, so that a crash leaves its trace."""

    number: int
    sender: str
    started_at: datetime  # UTC
    ended_at: datetime | None = None  # None: it goes on, or its process died
    outcome: str = ""  # `sent`, `failed`, `interrupted`
    detail: str = ""  # the receipt, or what went wrong


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many failed attempts: 2 s, 4 s, .. an hour, of which the second half is left to chance."""
    doubled: int = 2 ** min(max(attempts, 1) - 1, 20)
    return min(LONGEST_DELAY, FIRST_DELAY * doubled) * (0.5 + chance / 2)


FIRED: dict[RunStatus, tuple[RuleEvent, ...]] = {
    RunStatus.PASSED: (RuleEvent.ON_SUCCESS, RuleEvent.ON_COMPLETE),
    RunStatus.NEEDS_REVIEW: (RuleEvent.ON_NEEDS_REVIEW, RuleEvent.ON_COMPLETE),
    RunStatus.FAILED: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.TIMEOUT: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.ERROR: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.CANCELLED: (RuleEvent.ON_COMPLETE,),
}


def events_of(status: RunStatus, reason: str = "", *, is_flaky: bool = False) -> tuple[RuleEvent, ...]:
    """The rule events that a concluded run fires; a skip is silent unless it hides work that was wanted."""
    if status is RunStatus.SKIPPED:
        loud = (SkipReason.BUDGET.value, SkipReason.QUEUE_TIMEOUT.value)
        return (RuleEvent.ON_FAILURE,) if reason.startswith(loud) else ()
    return (*FIRED.get(status, ()), *((RuleEvent.ON_FLAKY,) if is_flaky else ()))


def fired(
    rules: Sequence[NotifyRule], status: RunStatus, reason: str = "", *, is_flaky: bool = False
) -> list[tuple[NotifyRule, str]]:
    """Every matching rule with each of its targets, in the plan's order.

    That a newer run took a run's place alarms nobody; only the older commit's status is settled.
    """
    events = events_of(status, reason, is_flaky=is_flaky)
    found = [(rule, target) for rule in rules if rule.event in events for target in rule.targets]
    if status is RunStatus.CANCELLED and reason.startswith(SUPERSEDED):
        return [(rule, target) for rule, target in found if target == CODE_HOST]
    return found
