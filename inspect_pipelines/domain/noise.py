"""The noise floor of a view: how different it looks from its approved picture on nights when nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from inspect_pipelines.domain.comparison import NOT_MEASURED
from inspect_pipelines.domain.drift_track import fitting_tolerance
from inspect_pipelines.domain.screenshot import View

LEAST_RUNS = 5  # clean ones; fewer say little about what a sixth will bring


@dataclass(frozen=True, slots=True)
class Score:
    """What is left of a comparison in the history."""

    view: View
    score: float  # 0.0 .. 1.0
    score_method: str
    tolerance: float
    passed: bool


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """What clean runs say about one view."""

    view: View
    runs: int
    median: float  # score, 0.0 .. 1.0
    highest: float  # score of the noisiest clean run
    tolerance: float  # in use now
    suggested_tolerance: float | None  # 0.005 .. 1.0; None: too few clean runs to suggest one


def noise_floors(clean_runs: Iterable[Sequence[Score]]) -> tuple[NoiseFloor, ...]:
    """One floor for each view of the newest run, the noisiest first.

    Args:
        clean_runs: The scores of runs that passed, newest run first. Scores of another method than the newest
            measured one's are left out: they are no numbers of the same kind.
    """
    runs = list(clean_runs)
    method = next(
        (c.score_method for run in runs for c in run if c.score_method != NOT_MEASURED), NOT_MEASURED
    )
    scores: Mapping[View, list[float]] = {comparison.view: [] for comparison in (runs[0] if runs else ())}
    for comparison in (c for run in runs for c in run):
        if (
            comparison.view in scores
            and comparison.score_method in (method, NOT_MEASURED)
            and comparison.passed
        ):
            scores[comparison.view].append(comparison.score)
    floors = [_floor(comparison, scores[comparison.view]) for comparison in (runs[0] if runs else ())]
    return tuple(sorted(floors, key=lambda floor: (-floor.highest, floor.view)))


def _floor(newest: Score, scores: Sequence[float]) -> NoiseFloor:
    highest = max(scores, default=0.0)
    suggested = fitting_tolerance(scores) if len(scores) >= LEAST_RUNS else None
    return NoiseFloor(
        view=newest.view,
        runs=len(scores),
        median=median(scores) if scores else 0.0,
        highest=highest,
        tolerance=newest.tolerance,
        suggested_tolerance=suggested,
    )
