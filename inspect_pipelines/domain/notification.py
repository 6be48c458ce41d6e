"""A notification: what is said, per rule and target; a delivery: whether it arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.message import Message
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus, SkipReason


class DeliveryStatus(StrEnum):
    STORED = "stored"
    SENT = "sent"
    FAILED = "failed"  # given up, visibly


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one target; unique by (run, event, target)."""

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
    receipt: str = ""  # what the channel answered: an id, a path
    sent_at: datetime | None = None
    message: Message | None = (
        None  # what a channel with a form of its own renders; None: title and text are all
    )


FIRED: dict[RunStatus, tuple[RuleEvent, ...]] = {
    RunStatus.PASSED: (RuleEvent.ON_SUCCESS, RuleEvent.ON_COMPLETE),
    RunStatus.NEEDS_REVIEW: (RuleEvent.ON_NEEDS_REVIEW, RuleEvent.ON_COMPLETE),
    RunStatus.FAILED: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.TIMEOUT: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.ERROR: (RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE),
    RunStatus.CANCELLED: (RuleEvent.ON_COMPLETE,),
}


def events_of(status: RunStatus, reason: str = "") -> tuple[RuleEvent, ...]:
    """The rule events that a concluded run fires; a skip is silent unless it hides work that was wanted."""
    if status is RunStatus.SKIPPED:
        loud = (SkipReason.BUDGET.value, SkipReason.QUEUE_TIMEOUT.value)
        return (RuleEvent.ON_FAILURE,) if reason.startswith(loud) else ()
    return FIRED.get(status, ())


def fired(rules: Sequence[NotifyRule], status: RunStatus, reason: str = "") -> list[tuple[NotifyRule, str]]:
    """Every matching rule with each of its targets, in the plan's order."""
    events = events_of(status, reason)
    return [(rule, target) for rule in rules if rule.event in events for target in rule.targets()]
