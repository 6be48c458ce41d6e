"""Sixty days of views whose kind is known, as runs would have told of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from inspect_pipelines.domain.flakiness import Rung, Sight
from inspect_pipelines.domain.ids import Sha256

BEGIN = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAYS = 60
OLD, NEW = Sha256("a" * 64), Sha256("b" * 64)
Nightly = Callable[[random.Random, int], Sight]


def trace(seed: int, each: int) -> list[tuple[Rung, list[Sight]]]:
    """So many views of each kind, with what each is."""
    chance = random.Random(seed)
    return [
        (rung, _nights(make(chance), chance))
        for rung, kinds in KINDS.items()
        for make in kinds
        for _ in range(each)
    ]


def _nights(nightly: Nightly, chance: random.Random) -> list[Sight]:
    """One run a night, and some nights on which nothing ran."""
    return [nightly(chance, day) for day in range(DAYS) if chance.random() > 0.05]


def _at(
    day: int, *, passed: bool, used: float = 0.0, restless: bool = False, approved: Sha256 = OLD
) -> Sight:
    return Sight(BEGIN + timedelta(days=day), passed, restless, used, approved)


def _always_broken(_: random.Random) -> Nightly:
    return lambda chance, day: _at(day, passed=chance.random() < 0.02)


def _broken_lately(chance: random.Random) -> Nightly:
    since = DAYS - chance.randint(8, 25)
    return lambda _, day: _at(day, passed=day < since)


def _unstable(chance: random.Random) -> Nightly:
    share = chance.uniform(0.12, 0.7)
    return lambda chance, day: _at(day, passed=chance.random() > share)


def _restless(chance: random.Random) -> Nightly:
    share = chance.uniform(0.15, 0.5)
    return lambda chance, day: _at(day, passed=True, restless=chance.random() < share)


def _at_risk(chance: random.Random) -> Nightly:
    most = chance.uniform(0.8, 0.99)
    return lambda chance, day: _at(day, passed=True, used=chance.uniform(0.1, most))


def _at_risk_at_times(chance: random.Random) -> Nightly:
    share = chance.uniform(0.15, 0.4)
    return lambda chance, day: _at(day, passed=True, used=0.8 if chance.random() < share else 0.0)


def _noisy(chance: random.Random) -> Nightly:
    most = chance.uniform(0.2, 0.65)
    return lambda chance, day: _at(day, passed=True, used=chance.uniform(0.0, most))


def _clean(_: random.Random) -> Nightly:
    return lambda chance, day: _at(day, passed=True, used=chance.uniform(0, 0.03))


def _mended(chance: random.Random) -> Nightly:
    """A defect of some nights that the site got rid of."""
    since, until = 38, 38 + chance.randint(1, 9)
    return lambda _, day: _at(day, passed=not since <= day < until)


def _accepted(chance: random.Random) -> Nightly:
    """Unstable until somebody approved another picture; clean since."""
    since = chance.randint(35, 45)
    return lambda chance, day: (
        _at(day, passed=True, approved=NEW) if day >= since else _at(day, passed=chance.random() < 0.5)
    )


KINDS: Mapping[Rung, tuple[Callable[[random.Random], Nightly], ...]] = {
    Rung.BROKEN: (_always_broken, _broken_lately),
    Rung.UNSTABLE: (_unstable, _restless),
    Rung.AT_RISK: (_at_risk, _at_risk_at_times),
    Rung.NOISY: (_noisy,),
    Rung.CLEAN: (_clean, _mended, _accepted),
}
