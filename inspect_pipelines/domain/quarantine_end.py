"""The end of a quarantine: who hears a week before that what a view shows will count again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.run_end import Before, RunEnd

ANNOUNCED_BEFORE = timedelta(days=7)


def ending_quarantines(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the quarantines that end within a week.

    A run announces them that shows the view otherwise than approved; one that looks as approved again needs nobody.
    """
    return failure_notice(
        end,
        before,
        _ending(end),
        occasion="quarantine_ends",
        verdict="quarantine",
        title="a quarantine ends soon",
        advice="what differs then fails again: mend it, or decide about it",
    )


def _ending(end: RunEnd) -> Iterator[tuple[str, str]]:
    """Key and sentence of each that ends soon."""
    for one in end.comparisons:
        said = one.said
        if said is not None and said.until is not None and said.until - end.at <= ANNOUNCED_BEFORE:
            yield (
                f"quarantine_ends:{said.decision_id}",
                f"{one.view} is quarantined until {said.until:%Y-%m-%d %H:%M} UTC; {said.owner} looks after it",
            )
