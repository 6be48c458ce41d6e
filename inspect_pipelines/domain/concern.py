"""A concern: what weeks of runs show and no single one does, told once for as long as it lasts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.any_of import named
from inspect_pipelines.domain.drift_track import MOST_SPENT, Tracks
from inspect_pipelines.domain.ids import DefinitionId

LOOKED_BACK = timedelta(days=90)  # for the day on which a concern began
WEEK = 7  # days that a flake rate is of: one night says little
FLAKY_RATE = 0.05  # share of looks; at one in twenty people begin to start a red run again unread
LEAST_LOOKS = 20  # a week; one of fewer is no rate
LEAST_FLAKY = 3  # of them; once or twice is chance
DRIFT_TOLD = (
    0.5  # of what makes a run need review: half way there a mask or an approval still costs nobody a night
)
LEAST_DRIFTING = 3  # runs in a row


class ConcernKind(StrEnum):
    DRIFT = "drift"
    FLAKES = "flakes"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that people should know.

    Attributes:
        definition_id: Whose people hear of it.
        began: What names this time that it is so: the same as long as it lasts, another one when it comes again.
    """

    kind: ConcernKind
    definition_id: DefinitionId
    began: str
    sentence: str

    @property
    def key(self) -> str:
        """What is told once."""
        return f"concern:{self.kind.value}:{self.definition_id}:{self.began}"


@dataclass(frozen=True, slots=True)
class Looks:
    """What the runs of one definition showed on a day: how often views were compared, and how often one was flaky."""

    compared: int
    flaky: int
    flakiest: str = ""  # the view that was so most often


@dataclass(frozen=True, slots=True)
class Gap:
    """Times of a schedule in a row for which no run was ever asked for."""

    first: datetime  # UTC; may lie before the day that is looked at
    times: tuple[datetime, ...]  # of that day, UTC, oldest first


def drift_concerns(definition_id: DefinitionId, set_name: str, tracks: Tracks) -> Iterator[Concern]:
    """The views whose passing runs have spent half of what makes a run need review, in three runs in a row or more."""
    each = (
        (view, letter, track) for view in sorted(tracks) for letter, track in sorted(tracks[view].items())
    )
    for view, letter, track in each:
        if track.since is None or track.runs < LEAST_DRIFTING or track.spent < DRIFT_TOLD * MOST_SPENT:
            continue
        yield Concern(
            ConcernKind.DRIFT,
            definition_id,
            f"{set_name}:{view}:{track.anchor}:{track.since:%Y-%m-%dT%H:%M:%SZ}",
            f"{named(view, letter)} drifts: {track.runs} passing runs in a row since {track.since:%Y-%m-%d} have spent "
            f"{track.spent:.1f} of the {MOST_SPENT:g} budgets at which a run needs review",
        )


def flake_concern(
    definition_id: DefinitionId, by_day: Mapping[date, Looks], *, day: date, known_since: date
) -> Concern | None:
    """Whether too many looks of the week up to that day were flaky; None: no, or too few to say.

    Args:
        by_day: A day without runs is missing.
        known_since: The first day that `by_day` would tell of. What was so all the time since is told once a month, as
            nobody knows when it began.
    """
    if not _is_flaky(by_day, day):
        return None
    first = day
    while first > known_since + timedelta(days=WEEK) and _is_flaky(by_day, first - timedelta(days=1)):
        first -= timedelta(days=1)
    is_older = first == known_since + timedelta(days=WEEK)
    week = _week(by_day, day)
    compared, flaky = sum(one.compared for one in week), sum(one.flaky for one in week)
    most = max(week, key=lambda one: one.flaky).flakiest
    return Concern(
        ConcernKind.FLAKES,
        definition_id,
        f"{day:%Y-%m}" if is_older else f"{first:%Y-%m-%d}",
        f"{flaky} of {compared} looks ({100 * flaky / compared:.1f} %) of the week to {day:%Y-%m-%d} differed at first and "
        f"passed at another one, most often {most}",
    )


def gaps(
    expected: Collection[datetime], asked_for: Collection[datetime], *, first_after: datetime | None
) -> tuple[Gap, ...]:
    """The gaps that reach into a day.

    Args:
        expected: The schedule's times of that day, UTC, in order.
        asked_for: Of these, those that have a run.
        first_after: The first of its times for which none was asked for any more before that day, which may be one of
            the day itself; None: the last time before the day has its run.
    """
    found: list[Gap] = []
    known, missed, began = set(asked_for), list[datetime](), first_after
    for at in expected:
        if at not in known:
            missed.append(at)
            continue
        if missed:
            found.append(Gap(began or missed[0], tuple(missed)))
        missed, began = [], None
    if missed:
        found.append(Gap(began or missed[0], tuple(missed)))
    return tuple(found)


def missing_concern(definition_id: DefinitionId, gap: Gap, *, day: date) -> Concern:
    """What is said of a gap."""
    count = len(gap.times)
    what = "a run" if count == 1 else f"{count} runs"
    since = f", and none since {gap.first:%Y-%m-%d %H:%M} UTC" if gap.first < gap.times[0] else ""
    span = f"{gap.times[0]:%H:%M}" if count == 1 else f"{gap.times[0]:%H:%M} to {gap.times[-1]:%H:%M}"
    return Concern(
        ConcernKind.MISSING,
        definition_id,
        f"{gap.first:%Y-%m-%dT%H:%MZ}",
        f"{what} of {day:%Y-%m-%d} never began, due {span} UTC{since}",
    )


def newest_day(now: datetime) -> date:
    """The newest day of UTC that is over."""
    return now.date() - timedelta(days=1)


def _is_flaky(by_day: Mapping[date, Looks], day: date) -> bool:
    week = _week(by_day, day)
    compared, flaky = sum(one.compared for one in week), sum(one.flaky for one in week)
    return compared >= LEAST_LOOKS and flaky >= max(LEAST_FLAKY, FLAKY_RATE * compared)


def _week(by_day: Mapping[date, Looks], day: date) -> list[Looks]:
    days = (day - timedelta(days=back) for back in range(WEEK))
    return [by_day[one] for one in days if one in by_day]
