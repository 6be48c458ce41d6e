"""A drift track: what a view's passing runs have spent of their budget, one after the other, since a person approved its picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.screenshot import View

MOST_SPENT = 2.0  # budgets of one run, summed over runs that pass; beyond, a person looks
LONGEST = timedelta(days=30)  # that anything may stay absorbed before a person looks
STEPS_KEPT = 20  # of clean runs; a p99 of fewer is a guess
IN_A_ROW = 5  # runs: a week of nights; three that look odd are more often three odd nights
OVER_NOISE = 1.5  # a view further away than its noise times this has drifted
LEAST_SCORE = 0.001  # below is what other machines draw of the same page: .0005 to .0009 were measured
LEAST_TOLD = 0.01  # of a budget
LEAST_TOLERANCE = 0.005  # a quarter of the default; below it lies what no eye sees
MOST_TOLERANCE = 0.02  # nothing harmless was measured above .0141, and no defect below .159: what is applied by itself is never more


@dataclass(frozen=True, slots=True)
class Distance:
    """How far two pictures of a view are apart."""

    score: float = 0.0  # 0.0 .. 1.0
    layout_px: int = 0  # rows that only one of them has

    def of_budget(self, tolerance: float, layout_budget_px: int) -> float:
        """The share of what one run may differ by: 0.0 nothing, 1.0 all of it; more is possible beside an older picture."""
        return max(_share(self.score, tolerance), _share(self.layout_px, layout_budget_px))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one passing run showed of a view.

    Attributes:
        anchor: The picture that a person approved last.
        step: From the picture that the run before showed; None: that is not known.
        spent: Of one run's budget, by the distance from the anchor.
    """

    at: datetime  # UTC
    sha256: Sha256
    anchor: Sha256
    method: str  # of the scores; empty: nothing had to be measured
    distance: Distance
    step: Distance | None
    spent: float


@dataclass(frozen=True, slots=True)
class Track:
    """Of one view of a set.

    Attributes:
        last: The picture that the last passing run showed.
        steps: From one clean run to the next, oldest first, the last 20. They outlive an approval: how restless a page is
            does not hang on the picture that it is compared with.
        spent: Budgets of one run, summed over the runs in a row that were further away than noise.
        since: The first of them, UTC; None: the last run was no further away than noise.
    """

    anchor: Sha256
    method: str
    last: Sha256
    last_at: datetime  # UTC
    steps: tuple[Distance, ...] = ()
    spent: float = 0.0
    runs: int = 0
    since: datetime | None = None

    def follows(self, anchor: Sha256, method: str) -> bool:
        """Whether it is about this approved picture, in numbers of this kind."""
        return (self.anchor, self.method) == (anchor, method)

    @property
    def tolerance(self) -> float | None:
        """The score that its noise asks for: p99 of its steps times 1.5, 0.005 to 0.02; None: there were too few clean runs."""
        if len(self.steps) < STEPS_KEPT:
            return None
        return min(fitting_tolerance([one.score for one in self.steps]), MOST_TOLERANCE)

    def told(self, since: datetime) -> str:
        """What it has spent since then."""
        return (
            f"over {self.runs} {'run' if self.runs == 1 else 'runs'} in a row since {since:%Y-%m-%d} "
            f"it has spent {self.spent:.1f} times what one run may differ by"
        )

    def due(self, now: datetime) -> str:
        """Why a person should look; empty: nothing asks for it."""
        if self.since is None:
            return ""
        told = self.told(self.since)
        is_far = self.spent > self.runs  # than any run passes by itself: a rule has moved the baseline
        if self.spent > MOST_SPENT and (is_far or self.runs >= IN_A_ROW):
            return told
        if now - self.since >= LONGEST:
            return f"{told}, for {LONGEST.days} days and longer"
        return ""


Tracks = Mapping[View, Mapping[str, Track]]  # of each approved picture of a view, by its letter


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What a view that passes differs by from the picture that a person approved last.

    Attributes:
        spent: Of one run's budget, by this run alone.
        track: With this run.
        due: Why a person should look at it; empty: not yet.
        by: The decision of a person who accepted exactly this change before; empty: nobody did.
    """

    distance: Distance
    spent: float
    track: Track
    due: str = ""
    by: str = ""

    @property
    def clause(self) -> str:
        """What is told beside a view that passed; empty: it is not a hundredth of the budget from what was approved."""
        if self.spent < LEAST_TOLD:
            return ""
        told = f"{self.spent:.0%} of what one run may differ by is used"
        if self.track.since is None:
            return f"{told}, no more than its noise"
        runs = f"{self.track.runs} {'run' if self.track.runs == 1 else 'runs'} in a row"
        return (
            f"{told}; {self.track.spent:.1f} of {MOST_SPENT:g} over {runs} since {self.track.since:%Y-%m-%d}"
        )


def advanced(track: Track | None, reading: Reading) -> Track:
    """The track with one more passing run.

    A run that is no further away than noise ends what was summed: the page looks as approved again. So noise never adds
    up, however often it runs, and what stays away does.

    Args:
        track: Of before; None: none was kept. Of another approved picture, only its steps stay.
    """
    if track is not None and "" in (track.method, reading.method):
        track = replace(track, method=reading.method or track.method)
        reading = replace(reading, method=track.method)
    steps = track.steps if track is not None and track.method == reading.method else ()
    if reading.step is not None:
        steps = (*steps, reading.step)[-STEPS_KEPT:]
    plain = Track(reading.anchor, reading.method, reading.sha256, reading.at, steps)
    if not _is_beyond_noise(reading.distance, steps):
        return plain
    before = track if track is not None and track.follows(reading.anchor, reading.method) else plain
    return replace(
        plain,
        spent=before.spent + reading.spent,
        runs=before.runs + 1,
        since=before.since or reading.at,
    )


def fitting_tolerance(scores: Sequence[float]) -> float:
    """The score that passes what clean runs differ by: their p99 times 1.5, no less than 0.005.

    Args:
        scores: At least one.
    """
    fits = math.ceil(round(percentile_99(scores) * OVER_NOISE * 1000, 6)) / 1000
    return min(max(fits, LEAST_TOLERANCE), 1.0)


def percentile_99(values: Sequence[float]) -> float:
    """By the nearest rank: of up to 100 values the highest."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def _is_beyond_noise(distance: Distance, steps: Sequence[Distance]) -> bool:
    score = max(OVER_NOISE * _recurring([one.score for one in steps]), LEAST_SCORE)
    rows = OVER_NOISE * _recurring([one.layout_px for one in steps])
    return distance.score > score or distance.layout_px > rows


def _recurring(values: Sequence[float]) -> float:
    """The highest that came at least twice: noise comes again, and a change happens once and stays."""
    return sorted(values)[-2] if len(values) > 1 else 0.0


def _share(spent: float, budget: float) -> float:
    if not spent:
        return 0.0
    return spent / budget if budget else MOST_SPENT + spent
