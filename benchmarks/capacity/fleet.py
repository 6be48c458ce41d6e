"""Machines that a day is played through: how long each queue gets, and how many of each it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.capacity.costs import Costs
from benchmarks.capacity.day import DAY, STARTS_A_RUN, Day
from benchmarks.capacity.queueing import Moments, begun, published

WAIT_GOALS = {
    "web": 10.0,
    "submitters": 300.0,
    "browsers": 300.0,
    "writers": 5.0,
    "projectors": 60.0,
    "senders": 60.0,
}
"""Seconds that 95 of 100 may wait at each queue; a run begins within ten minutes of when it was due, and a code host
gives up on a delivery after ten seconds."""

IN_TIME = 0.95


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many of each; one of everything with four browsers is the machine of two cores that was measured."""

    web: int = 1
    submitters: int = 1
    browsers: int = 4
    writers: int = 1
    projectors: int = 1
    senders: int = 1


@dataclass(frozen=True, slots=True)
class Queue:
    """What one queue did on a day."""

    load: float  # the work of the day over what its servers can do in a day; from 1 on it grows without end
    wait_p95: float
    longest: float
    waiting_most: int


@dataclass(frozen=True, slots=True)
class Played:
    queues: dict[str, Queue]
    runs: int
    batches: int
    started: Moments

    @property
    def grows(self) -> str | None:
        """The queue that is the furthest from keeping up; None: all keep up."""
        name, queue = max(self.queues.items(), key=lambda item: item[1].load)
        return name if queue.load >= 1 else None


def run_seconds(costs: Costs) -> float:
    """How long a run holds its browser, at as many browsers a core as `slots a core` says."""
    wall = costs["run wall"] + costs["views"] * costs["view wall"]
    return max(wall, run_cpu(costs) * costs["slots a core"])


def run_cpu(costs: Costs) -> float:
    return costs["run CPU"] + costs["views"] * costs["view CPU"]


def services(costs: Costs) -> dict[str, float]:
    """Seconds of one server for one, of every queue."""
    return {
        "web": costs["delivery"],
        "submitters": costs["submit"],
        "browsers": run_seconds(costs),
        "writers": costs["finish"],
        "projectors": costs["project"],
        "senders": costs["message"],
    }


def play(day: Day, fleet: Fleet, costs: Costs) -> Played:
    """The day through all queues, each fed by the one before it."""
    took, queues = services(costs), dict[str, Queue]()
    left, started, batches = np.empty(0), np.empty(0), 0
    for name in WAIT_GOALS:
        arrivals, servers = entering(name, left, day, costs), getattr(fleet, name)
        if name == "projectors":  # all that waits at once, so what the rows alone take is its load
            start, batches = published(arrivals, costs["publish"], costs["project"], servers)
            left = arrivals  # messages do not wait for the history
        else:
            start = begun(arrivals, took[name], servers)
            left = start + took[name]
        if name == "browsers":
            started = start
        queues[name] = _queue(arrivals, start, took[name], servers)
    return Played(queues, len(started), batches, started)


def entering(name: str, left: Moments, day: Day, costs: Costs) -> Moments:
    """What comes to a queue, in order, of what `left` the one before it."""
    if name == "web":
        return day.deliveries
    if name == "submitters":
        return np.sort(np.concatenate([day.scheduled, left[::STARTS_A_RUN]]))
    if name == "senders":
        return left[:: max(1, round(1 / (costs["failed"] * costs["messages a failed run"])))]
    return left


def sized(day: Day, costs: Costs) -> Fleet:
    """The smallest fleet of which 95 of 100 wait no longer than WAIT_GOALS anywhere, and no queue grows."""
    fleet, left = Fleet(), np.empty(0)
    for (
        name,
        goal,
    ) in WAIT_GOALS.items():  # upstream first: what a queue lets through is what the next one gets
        arrivals, seconds = entering(name, left, day, costs), services(costs)[name]

        def starts(
            count: int, name: str = name, arrivals: Moments = arrivals, seconds: float = seconds
        ) -> Moments:
            if name == "projectors":
                return published(arrivals, costs["publish"], costs["project"], count)[0]
            return begun(arrivals, seconds, count)

        def enough(count: int, arrivals: Moments = arrivals, goal: float = goal) -> bool:
            return bool(np.count_nonzero(starts(count) - arrivals <= goal) >= IN_TIME * len(arrivals))

        count = _least(enough, at_least=int(_load(arrivals, seconds, 1)) + 1)
        fleet = replace(fleet, **{name: count})
        left = arrivals if name == "projectors" else starts(count) + seconds
    return fleet


def _least(enough: Callable[[int], bool], *, at_least: int) -> int:
    low, high = at_least - 1, at_least  # low is not enough
    while not enough(high):
        low, high = high, high * 2
    while high - low > max(1, high // 100):  # to a hundredth, which is finer than what it stands on
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def waiting(due: Moments, started: Moments, at: Moments) -> Moments:
    """How many were due and had not begun, at each of the moments `at`."""
    asked, begun_by = (np.searchsorted(np.sort(moments), at, side="right") for moments in (due, started))
    return (asked - begun_by).astype(np.float64)


def ladder(day: Day, costs: Costs) -> list[tuple[Fleet, str, float, Fleet]]:
    """From one machine on: which queue grows without end, how loaded it was, and the fleet where it no longer does."""
    fleet, steps = Fleet(), []
    while (name := (played := play(day, fleet, costs)).grows) is not None:
        load = played.queues[name].load
        more = replace(fleet, **{name: int(getattr(fleet, name) * load) + 1})
        steps.append((fleet, name, load, more))
        fleet = more
    return steps


def _queue(arrivals: Moments, start: Moments, seconds: float, servers: int) -> Queue:
    if not len(arrivals):
        return Queue(0.0, 0.0, 0.0, 0)
    waits = np.maximum(start - arrivals, 0)
    return Queue(
        _load(arrivals, seconds, servers),
        float(np.percentile(waits, 95)),
        float(waits.max()),
        int(waiting(arrivals, start, arrivals).max()),
    )


def _load(arrivals: Moments, seconds: float, servers: int) -> float:
    return seconds * len(arrivals) / (servers * DAY)
