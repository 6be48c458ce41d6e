"""The end of a token: who hears 30, 10 and 3 days before that what a program shows will open nothing any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run_end import Before, RunEnd, people_told

DAYS = (3, 10, 30)  # before it; one that was made for less is not announced so early
EARLIEST = timedelta(days=DAYS[-1])


def ending_tokens(end: RunEnd, before: Before) -> Warned:
    """One message to each target that hears of the definition's failures, of the organisation's tokens that end soon.

    The first run that ends tells of them, of whatever definition; one of whose failures nobody hears tells nobody.
    """
    if not people_told(end.definition, RuleEvent.ON_FAILURE):
        return Warned((), ())
    return failure_notice(
        end,
        before,
        _ending(end, before),
        occasion="token_ends",
        verdict="token",
        title="a token ends soon",
        advice="whatever shows it is refused then; create another one with: inspect-pipelines tokens create NAME --name PURPOSE",
    )


def _ending(end: RunEnd, before: Before) -> Iterator[tuple[str, str]]:
    """Key and sentence of each; the latest step that it has come to."""
    for one in before.tokens:
        left, life = one.expires_at - end.at, one.expires_at - one.created_at
        step = next((days for days in DAYS if left <= timedelta(days=days) < life), None)
        if step is not None and one.state(end.at) == "active":
            yield (
                f"token_ends:{one.id}:{step}",
                f"the token {one.name!r} of {one.login} ends at {one.expires_at:%Y-%m-%d %H:%M} UTC, {_in(left)}",
            )


def _in(left: timedelta) -> str:
    if left < timedelta(days=1):
        return "within a day"
    return f"in {left.days} day{'' if left.days == 1 else 's'}"
