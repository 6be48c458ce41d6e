"""Budget warnings: who hears that a month's run-minutes are running out, before they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inspect_pipelines.domain.announcement import mentions_of
from inspect_pipelines.domain.budget import WARNED_AT, Account, accounts, minutes_of, month_of
from inspect_pipelines.domain.cost_budget import cost_accounts
from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import CODE_HOST, Notification, notification_of
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run_end import Before, RunEnd

MINUTES_END = "at 100 % scheduled runs are skipped; runs after a deploy have a reserve of 10 %"
DOLLARS_END = "at 100 % no agent is given another session"


@dataclass(frozen=True, slots=True)
class Warned:
    notices: tuple[str, ...]  # keys of what is told by this, once a month
    messages: tuple[Notification, ...]  # one a target


def budget_warnings(end: RunEnd, before: Before) -> Warned:
    """One message to each target for the budgets that have come over 50, 75 or 90 per cent with this run."""
    month = month_of(end.at)
    minutes, keys = _passed(
        "budget",
        month,
        before,
        [
            (
                one.owner,
                one.percent,
                f"{one.used_minutes:.0f} of its {one.budget.minutes_per_month} run-minutes",
            )
            for one in _accounts(end, before)
        ],
    )
    dollars, dollar_keys = _passed(
        "budget-usd",
        month,
        before,
        [
            (
                one.owner,
                one.percent,
                f"{one.used_usd:.2f} of its {one.usd_per_month:.2f} US dollars for agents",
            )
            for one in cost_accounts(end.definition, before.organization.agent_usd, before.used_usd)
        ],
    )
    lines = [*minutes, *([MINUTES_END] if minutes else []), *dollars, *([DOLLARS_END] if dollars else [])]
    title = "Run-minutes are running out" if minutes else "The budget for agents is running out"
    return Warned((*keys, *dollar_keys), tuple(_messages(end, before, title, lines)) if lines else ())


def _passed(
    kind: str, month: str, before: Before, found: Iterable[tuple[str, float, str]]
) -> tuple[list[str], list[str]]:
    """A line for each account that has come over a mark nobody was told of, and the keys of all such marks.

    Args:
        found: Whose, per cent, how much of how much.
    """
    notices: list[str] = []
    lines = []
    for owner, percent, said in found:
        keys = [f"{kind}:{month}:{owner}:{level}" for level in WARNED_AT if percent >= level]
        new = [key for key in keys if key not in before.notices]
        notices += new
        if new and new[-1] == keys[-1]:  # over 75 at once: of 50 nobody needs to hear
            lines.append(f"{owner} has used {said} of {month} ({percent:.0f} %)")
    return lines, notices


def _accounts(end: RunEnd, before: Before) -> tuple[Account, ...]:
    """The budgets that the run uses, its own minutes added."""
    run = end.run
    used = dict(before.used_minutes)
    if run.claimed_at is not None and month_of(run.claimed_at) == month_of(end.at):
        used[run.definition_id] = used.get(run.definition_id, 0.0) + minutes_of(run, end.at)
    return accounts(end.definition, before.organization.budget, used)


def _messages(end: RunEnd, before: Before, title: str, lines: list[str]) -> Iterable[Notification]:
    message = Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING,
        title=title,
        verdict="budget",
        sentence=lines[0],
        dedup_key=f"budget:{end.run.id}",
        lines=tuple(lines[1:]),
        definition_name=end.definition.name,
    )
    for rule in _warned(end, before):
        told = replace(message, mentions=mentions_of(rule, end.run))
        for target in rule.targets:
            if target != CODE_HOST:
                yield notification_of(end.run, RuleEvent.ON_BUDGET, target, told, at=end.at)


def _warned(end: RunEnd, before: Before) -> list[NotifyRule]:
    """Whom a budget's warning goes to: the organisation's own rule, else whoever hears of the definition's failures."""
    own = before.organization.budget_rule
    if own is not None:
        return [own]
    return [rule for rule in end.definition.plan.notify if rule.event is RuleEvent.ON_FAILURE]
