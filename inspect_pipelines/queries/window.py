"""A run's window: what its browser shows now, for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.live_frames import LiveFrame
from inspect_pipelines.queries.run import current_run


@dataclass(frozen=True, slots=True)
class Window:
    """Of an open run."""

    run_id: RunId
    at: datetime | None  # UTC, when it looked as it is shown; None: it is not shown now
    age_seconds: float | None


def window_of(house: House, run_id: RunId) -> Window | None:
    """None: there is no such run, or it has ended."""
    run = current_run(house, run_id)
    if run is None or not run.status.is_open:
        return None
    at = house.live_frames.seen_at(run.id)
    age = None if at is None else max(0.0, (house.clock.now() - at).total_seconds())
    return Window(run.id, at, age)


def live_frame(house: House, run_id: RunId) -> LiveFrame | None:
    """The newest frame of an open run of this organisation; None: there is none."""
    run = current_run(house, run_id)
    return None if run is None or not run.status.is_open else house.live_frames.newest(run.id)
