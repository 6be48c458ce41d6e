"""The end of a quarantine: who hears a week before that what a view shows will count again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from inspect_pipelines.domain.announcement import mentions_of
from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import CODE_HOST, Notification, notification_of
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run_end import Before, RunEnd

ANNOUNCED_BEFORE = timedelta(days=7)


def ending_quarantines(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the quarantines that end within a week.

    A run announces them that shows the view otherwise than approved; one that looks as approved again needs nobody.
    """
    new = {key: line for key, line in _ending(end) if key not in before.notices}
    return Warned(tuple(new), tuple(_messages(end, [*new.values()])) if new else ())


def _ending(end: RunEnd) -> Iterator[tuple[str, str]]:
    """Key and sentence of each that ends soon."""
    for one in end.comparisons:
        said = one.said
        if said is not None and said.until is not None and said.until - end.at <= ANNOUNCED_BEFORE:
            yield (
                f"quarantine_ends:{said.decision_id}",
                f"{one.view} is quarantined until {said.until:%Y-%m-%d %H:%M} UTC; {said.owner} looks after it",
            )


def _messages(end: RunEnd, lines: list[str]) -> Iterator[Notification]:
    message = Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING,
        title=f"{end.definition.name}: a quarantine ends soon",
        verdict="quarantine",
        sentence=lines[0],
        dedup_key=f"quarantine_ends:{end.run.id}",
        lines=(*lines[1:], "what differs then fails again: mend it, or decide about it"),
        definition_name=end.definition.name,
    )
    for rule in end.definition.plan.notify:
        if rule.event is not RuleEvent.ON_FAILURE:
            continue
        told = replace(message, mentions=mentions_of(rule, end.run))
        for target in rule.targets:
            if target != CODE_HOST:
                yield notification_of(
                    end.run, rule.event, target, told, occasion="quarantine_ends", at=end.at
                )
