"""The end of an ignore entry: who hears that what it named counts again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from inspect_pipelines.domain.announcement import mentions_of
from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import CODE_HOST, Notification, notification_of
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.run_end import Before, RunEnd


def ended_ignores(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the entries that have ended since the last."""
    new = {key: line for key, line in _ended(end) if key not in before.notices}
    return Warned(tuple(new), tuple(_messages(end, [*new.values()])) if new else ())


def _ended(end: RunEnd) -> Iterator[tuple[str, str]]:
    """Key and sentence of each entry that has ended."""
    played = {session.playbook for session in end.sessions}
    for playbook in end.definition.plan.playbooks:
        if playbook.id not in played:
            continue
        for entry in playbook.findings.ignore:
            if entry.has_ended(end.at.date()):
                yield (
                    _key(end, playbook, entry),
                    (
                        f"{playbook.id} ignored findings until {entry.until} because {entry.reason}; they count again"
                    ),
                )


def _key(end: RunEnd, playbook: Playbook, entry: Ignore) -> str:
    named = "|".join((*entry.kinds, entry.text, entry.url, entry.reason))
    digest = sha256(named.encode("utf-8", "replace")).hexdigest()[:12]
    return f"ignore_ended:{end.definition.id}:{playbook.id}:{entry.until}:{digest}"


def _messages(end: RunEnd, lines: list[str]) -> Iterator[Notification]:
    message = Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING,
        title=f"{end.definition.name}: ignored findings count again",
        verdict="findings",
        sentence=lines[0],
        dedup_key=f"ignore_ended:{end.run.id}",
        lines=(*lines[1:], "take the entry out of findings.ignore, or give it a new 'until'"),
        definition_name=end.definition.name,
    )
    for rule in end.definition.plan.notify:
        if rule.event is not RuleEvent.ON_FAILURE:
            continue
        told = replace(message, mentions=mentions_of(rule, end.run))
        for target in rule.targets:
            if target != CODE_HOST:
                yield notification_of(end.run, rule.event, target, told, occasion="ignore_ended", at=end.at)
