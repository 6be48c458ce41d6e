"""Debt: what somebody should look at by now: reviews that wait, views that nobody mends, drift, and what ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.concern import DRIFT_TOLD, LEAST_DRIFTING
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.drift_track import MOST_SPENT, Track
from inspect_pipelines.domain.flakiness import LEAST_RUNS, Rung, Window
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.screenshot import View

VIEWS_NAMED = 3
LEAST_SEEN = 3  # runs; what fewer show is an incident or a review, and no habit yet
HOUR = timedelta(hours=1)


class DebtKind(StrEnum):
    """In the order in which they are told."""

    REVIEW = "review"  # waits for a person
    BROKEN = "broken"  # these three as the ladder of flakiness says
    UNSTABLE = "unstable"
    AT_RISK = "at_risk"
    DRIFT = "drift"
    ENDING = "ending"  # a quarantine, an ignored change or a variant, within a week
    UNNEEDED = "unneeded"  # one of several approved pictures of a view that can go


OF_RUNGS = {
    Rung.BROKEN: DebtKind.BROKEN,
    Rung.UNSTABLE: DebtKind.UNSTABLE,
    Rung.AT_RISK: DebtKind.AT_RISK,
}


@dataclass(frozen=True, slots=True)
class Debt:
    """One thing.

    Attributes:
        run_id: The run that shows it.
        owners: Who is to look; empty: nobody owns it.
        since: UTC; when a review was opened; None: of anything else.
    """

    kind: DebtKind
    definition_id: DefinitionId
    run_id: RunId
    sentence: str
    owners: tuple[str, ...] = ()
    since: datetime | None = None


def told_of_review(
    definition_id: DefinitionId, context: str, views: Sequence[View], *, since: datetime, now: datetime
) -> str:
    """What waits, and for how long.

    Args:
        context: Its branch or pull request; empty: no event says.
        views: That differ; empty: nothing was approved yet.
    """
    where = f"{definition_id} ({context})" if context else definition_id
    return f"{where} waits for {age(since, now)}: {_named(views) or 'nothing is approved yet'}"


def told_of_environment(definitions: int, changes: Sequence[str]) -> str:
    """What became of the browser, the system, the fonts or the scale, and waits for one word about all of it."""
    touched = "1 definition" if definitions == 1 else f"{definitions} definitions"
    return f"another environment touches {touched}: {'; '.join(changes)}"


def told_of_rung(name: str, rung: Rung, week: Window, month: Window) -> str:
    """Why a view or a playbook stands there, in numbers; empty: it is well, or too few runs say otherwise."""
    if rung not in OF_RUNGS or month.runs < LEAST_SEEN:
        return ""
    if rung is Rung.BROKEN:
        lately = week if week.runs >= LEAST_RUNS else month
        return f"{name} is broken: {lately.failed} of {_runs(lately.runs)} in {lately.days} days failed"
    if rung is Rung.UNSTABLE:
        return (
            f"{name} is unstable: of {_runs(month.runs)} in {month.days} days {month.failed} failed and "
            f"{month.restless} passed only at another look ({month.rate:.0%})"
        )
    return (
        f"{name} is at risk: its worst run in {month.days} days used {month.worst_used:.0%} of what it may "
        "differ by and pass"
    )


def told_of_drift(name: str, track: Track, now: datetime) -> str:
    """What a view, or a picture of several, has added up to; empty: not enough that anybody should look."""
    if track.since is None:
        return ""
    is_far = track.runs >= LEAST_DRIFTING and track.spent >= DRIFT_TOLD * MOST_SPENT
    if not is_far and not track.due(now):
        return ""
    return f"{name} drifts: {track.told(track.since)}; beyond {MOST_SPENT:g} a run needs review"


def told_of_variant(view: View, letter: str, until: datetime, by: str) -> str:
    """Which approved picture is right no more soon."""
    return f"variant {letter} of {view} is right until {until:%Y-%m-%d %H:%M} UTC; {by.removeprefix('user:')} said so"


def told_of_unneeded(view: View, letter: str, why: str) -> str:
    """Which approved picture can go.

    Args:
        why: As a clause.
    """
    return f"variant {letter} of {view} can go: {why}"


def told_of_end(decision: Decision) -> str:
    """What counts again soon."""
    who = (
        f"{decision.owner.removeprefix('@')} looks after it"
        if decision.owner
        else f"{decision.by.removeprefix('user:')} said so"
    )
    return f"{decision.shown.view} is {decision.kind.past} until {decision.until:%Y-%m-%d %H:%M} UTC; {who}"


def told_of_ignored(playbook: str, entry: Ignore) -> str:
    """The same of findings that a playbook ignores."""
    return f"{playbook} ignores findings until {entry.until} because {entry.reason}; then they count again"


def age(since: datetime, now: datetime) -> str:
    """`18 days`, `5 hours`, `less than an hour`."""
    whole = now - since
    if whole < HOUR:
        return "less than an hour"
    count, unit = (whole.days, "day") if whole.days else (int(whole.total_seconds() // 3600), "hour")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _named(views: Sequence[View]) -> str:
    more = f" and {len(views) - VIEWS_NAMED} more" if len(views) > VIEWS_NAMED else ""
    return ", ".join(map(str, views[:VIEWS_NAMED])) + more


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
