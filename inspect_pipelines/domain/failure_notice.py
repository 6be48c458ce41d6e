"""A notice to those who hear of a definition's failures, told once for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from inspect_pipelines.domain.announcement import mentions_of
from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.message import Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import CODE_HOST, Notification, notification_of
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run_end import Before, RunEnd


def failure_notice(
    end: RunEnd,
    before: Before,
    found: Iterable[tuple[str, str]],
    *,
    occasion: str,
    verdict: str,
    title: str,
    advice: str,
    links: tuple[Link, ...] = (),
) -> Warned:
    """One message to each target, of all that nobody was told before.

    Args:
        end: Of the run that shows it.
        before: Which keys were told.
        found: Key and sentence of each.
        occasion: What the message's own key begins with.
        verdict: One word.
        title: What follows the definition's name.
        advice: The last line: what to do.
        links: Where to look.
    """
    new = {key: line for key, line in found if key not in before.notices}
    if not new:
        return Warned((), ())
    first, *others = new.values()
    message = Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING,
        title=f"{end.definition.name}: {title}",
        verdict=verdict,
        sentence=first,
        dedup_key=f"{occasion}:{end.run.id}",
        lines=(*others, advice),
        definition_name=end.definition.name,
        links=links,
    )
    return Warned(tuple(new), tuple(_addressed(end, message, occasion)))


def _addressed(end: RunEnd, message: Message, occasion: str) -> Iterator[Notification]:
    for rule in end.definition.plan.notify:
        if rule.event is not RuleEvent.ON_FAILURE:
            continue
        told = replace(message, mentions=mentions_of(rule, end.run))
        for target in rule.targets:
            if target != CODE_HOST:
                yield notification_of(end.run, rule.event, target, told, occasion=occasion, at=end.at)
