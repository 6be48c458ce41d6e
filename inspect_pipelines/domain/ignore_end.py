"""The end of an ignore entry: who hears that what it named counts again."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.run_end import Before, RunEnd


def ended_ignores(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the entries that have ended since the last."""
    return failure_notice(
        end,
        before,
        _ended(end),
        occasion="ignore_ended",
        verdict="findings",
        title="ignored findings count again",
        advice="take the entry out of findings.ignore, or give it a new 'until'",
    )


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
