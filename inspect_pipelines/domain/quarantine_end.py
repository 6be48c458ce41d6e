"""The end of a quarantine or of an ignored change: who hears a week before that what a view shows will count again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.said import DecisionKind

ANNOUNCED_BEFORE = timedelta(days=7)


def ending_quarantines(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the quarantines that end within a week.

    A run announces them that shows the view otherwise than approved; one that looks as approved again needs nobody.
    """
    return failure_notice(
        end,
        before,
        _ending(end, DecisionKind.QUARANTINE),
        occasion="quarantine_ends",
        verdict="quarantine",
        title="a quarantine ends soon",
        advice="what differs then fails again: mend it, or decide about it",
    )


def ending_ignored_changes(end: RunEnd, before: Before) -> Warned:
    """The same of changes that are ignored for a while only; a run announces them that shows exactly such a change."""
    return failure_notice(
        end,
        before,
        _ending(end, DecisionKind.IGNORE),
        occasion="ignored_change_ends",
        verdict="ignored change",
        title="a change counts again soon",
        advice="it then fails as any change: accept it, mend it, or ignore it again",
    )


def _ending(end: RunEnd, kind: DecisionKind) -> Iterator[tuple[str, str]]:
    """Key and sentence of each of that kind that ends soon."""
    for one in end.comparisons:
        said = one.said
        if said is None or said.kind is not kind or said.until is None:
            continue
        if said.until - end.at <= ANNOUNCED_BEFORE:
            who = said.by.removeprefix("user:")
            after = f"{said.owner} looks after it" if said.owner else f"{who} said so"
            yield (
                f"{kind.value}_ends:{said.decision_id}",
                f"{one.view} is {kind.past} until {said.until:%Y-%m-%d %H:%M} UTC; {after}",
            )
