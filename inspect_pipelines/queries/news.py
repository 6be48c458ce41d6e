"""News of runs: what somebody who stays connected is told, and what they missed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.session import StepResult, ToldStep
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.progress import Progress, look, look_around
from inspect_pipelines.queries.run import ENDED
from inspect_pipelines.queries.runs import RunSummary, summaries

MISSED = 200  # runs among which those are looked for that ended while somebody was away
CLOCKS_DIFFER = timedelta(minutes=1)  # of machines that share a ledger, at the most


@dataclass(frozen=True, slots=True)
class RunNews:
    """A run whose state is another one."""

    run: RunSummary = field(metadata=FLAT)
    doing: str  # a clause; the first reason once it has ended
    elapsed_seconds: float
    left_seconds: float | None
    steps_count: int  # that have ended, of all attempts

    def is_like(self, other: RunNews | None) -> bool:
        """Whether nothing is different but what the clock does."""
        return other is not None and (self.run, self.doing, self.steps_count) == (
            other.run,
            other.doing,
            other.steps_count,
        )


@dataclass(frozen=True, slots=True)
class StepNews:
    """A step that has ended."""

    run_id: RunId
    session_id: str
    playbook: str
    attempt: int
    step: StepResult = field(metadata=FLAT)


def news_of(house: House, run_id: RunId) -> tuple[RunNews, list[StepNews]] | None:
    """A run as it is now, with every step that has ended, in playing order; None: there is no such run."""
    seen = look(house, run_id)
    if not seen:
        return None
    (news,) = _news(house, seen)
    return news, [_step(run_id, each) for each in seen[0].steps]


def news_of_all(house: House, known: Collection[RunId]) -> list[RunNews]:
    """Every open run, and those that are known, as they are now; oldest first."""
    return _news(house, look_around(house, known))


def ended_since(house: House, at: datetime) -> list[RunId]:
    """Runs that ended then or later, among the newest.

    Where machines share the ledger the two times are of two clocks, so some are told once more, rather than never.
    """
    at -= CLOCKS_DIFFER if house.ledgers.is_shared else timedelta()
    with house.ledger.read() as ledger:
        found = ledger.runs.latest(status=ENDED, limit=MISSED)
    return [run.id for run in found if run.completed_at is not None and run.completed_at >= at]


def _news(house: House, seen: Iterable[Progress]) -> list[RunNews]:
    found = [*seen]
    with house.ledger.read() as ledger:
        shown = summaries(house, ledger, [one.run for one in found])
    return [
        RunNews(run, one.doing, one.elapsed_seconds, one.left_seconds, len(one.steps))
        for run, one in zip(shown, found, strict=True)
    ]


def _step(run_id: RunId, told: ToldStep) -> StepNews:
    return StepNews(run_id, told.session_id, told.playbook, told.attempt, told.result)
