"""Drift: how far each later run of a view was from the picture that a person approved last, whatever rules took over since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import BaselineId, RunId, Sha256
from inspect_pipelines.domain.screenshot import View


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """What one run showed."""

    run_id: RunId
    at: datetime  # UTC; when it was asked for
    sha256: Sha256  # of the picture that it took
    score: float | None  # 0.0 .. 1.0 from the approved picture; None: one of the two is gone or damaged
    is_elsewhere: bool  # it was taken in another environment, which differs by itself


@dataclass(frozen=True, slots=True)
class Drift:
    """Of one view.

    Attributes:
        baseline_id: Which a person approved last.
        points: Oldest first.
        tolerance: In use now.
    """

    view: View
    baseline_id: BaselineId
    approved_by: str
    approved_at: datetime  # UTC
    approved: Sha256
    tolerance: float
    points: tuple[DriftPoint, ...]

    @property
    def measured(self) -> tuple[tuple[DriftPoint, float], ...]:
        """The points of which there is a score, with it."""
        return tuple((one, one.score) for one in self.points if one.score is not None)

    def sentence(self) -> str:
        """What a chart of it shows, for whoever does not see it."""
        scores = [score for _, score in self.measured]
        if not scores:
            return "no run since then could be compared with it"
        beyond = sum(score > self.tolerance for score in scores)
        if len(scores) == 1:
            side = "over" if beyond else "within"
            return f"the score of the one run since then is {scores[0]:.4f}, {side} the tolerance of {self.tolerance:g}"
        first, last = scores[0], scores[-1]
        way = "rose" if last > first else "fell" if last < first else "stayed"
        told = f"over {len(scores)} runs the score "
        told += f"stayed at {last:.4f}" if way == "stayed" else f"{way} from {first:.4f} to {last:.4f}"
        told += f", the highest was {max(scores):.4f}; "
        if not beyond:
            return f"{told}none was over the tolerance of {self.tolerance:g}"
        return f"{told}{beyond} {'was' if beyond == 1 else 'were'} over the tolerance of {self.tolerance:g}"
