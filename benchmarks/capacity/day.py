"""What is asked of the machines on one day: crons as people write them, and deliveries with their bursts."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from benchmarks.capacity.queueing import Moments

DAY = 86_400
HOUR = 3600
DELIVERIES_AN_ORGANISATION = 20
STARTS_A_RUN = 4  # one delivery of so many does
BURST_SHARE = (
    10  # one of so many comes in the minute from 14:00 on, as a code host tells again after an outage
)
SCHEDULES_AN_ORGANISATION = 20
MIX = {
    "daily at 02:00": 0.30,
    "daily at another full hour": 0.30,
    "daily at any minute": 0.18,
    "every hour at :00": 0.08,
    "every hour at any minute": 0.04,
    "weekly at 02:00, a seventh of them today": 0.10,
}


@dataclass(frozen=True, slots=True)
class Day:
    """Moments in order."""

    scheduled: Moments
    deliveries: Moments

    @property
    def due(self) -> Moments:
        """When a run was asked for: by a schedule, or by one of so many deliveries."""
        return np.sort(np.concatenate([self.scheduled, self.deliveries[::STARTS_A_RUN]]))


def day_of(schedules: int, *, seed: int, jitter_seconds: int = 0, spread: bool = False) -> Day:
    """A day of so many schedules.

    Args:
        schedules: In all organisations together.
        jitter_seconds: Each schedule is later by its own constant up to so many, as `jitter_seconds` of a schedule does it.
        spread: People choose any minute where the mix says :00.
    """
    chance = random.Random(seed)
    due: list[float] = []
    for kind, share in MIX.items():
        count = round(schedules * share / (7 if kind.startswith("weekly") else 1))
        for _ in range(count):
            late = chance.uniform(0, jitter_seconds)
            any_minute = chance.randrange(60) * 60
            hour = chance.randrange(24)
            minute = any_minute if spread or "any minute" in kind else 0
            hours = range(24) if kind.startswith("every hour") else [2 if "02:00" in kind else hour]
            due += [one * HOUR + minute + late for one in hours]
    deliveries = _deliveries(schedules // SCHEDULES_AN_ORGANISATION * DELIVERIES_AN_ORGANISATION, chance)
    return Day(np.sort(np.array(due)), deliveries)


def _deliveries(count: int, chance: random.Random) -> Moments:
    """Most in working hours, 08:00 to 18:00, and a burst."""
    at_once = count // BURST_SHARE
    quiet = [chance.triangular(8 * HOUR, 18 * HOUR) for _ in range(count - at_once)]
    return np.sort(np.array([*quiet, *(14 * HOUR + chance.uniform(0, 60) for _ in range(at_once))]))
