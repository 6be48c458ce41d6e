"""A seeded month: definitions that run at their pace, and causes that begin, come and go, and end."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
HOST = "shop.test"
# (name, minutes between two runs): 166.7 runs a day
PACES = (
    ("checkout", 30),
    ("cart", 60),
    ("search", 60),
    ("login", 60),
    ("account", 60),
    ("home", 360),
    ("pricing", 360),
    ("blog", 360),
    *((f"nightly-{number}", 24 * 60) for number in range(11)),
)
FAST = tuple(name for name, minutes in PACES if minutes <= 60)
KINDS = ("finding",) * 18 + ("visual",) * 14 + ("error",) * 8
FLAPPING = 6  # of the findings and views; they show themselves in every second run or so


@dataclass(frozen=True, slots=True)
class Trouble:
    """One real cause."""

    name: str
    kind: str
    definitions: tuple[str, ...]
    begin: datetime
    end: datetime
    share: float  # of the runs in between that show it

    def shows(self, definition: str, at: datetime, chance: random.Random) -> bool:
        return definition in self.definitions and self.begin <= at < self.end and chance.random() < self.share


def troubles(seed: int) -> list[Trouble]:
    """Forty causes; what is ours concerns all definitions of the host that run while it lasts, and hides what else is wrong."""
    chance = random.Random(seed)
    found = []
    for number, kind in enumerate(KINDS):
        is_flapping = kind != "error" and number % 5 == 0 and number < 5 * FLAPPING
        name, minutes = (chance.choice(FAST), 60)
        if number % 3 == 0 and kind != "error" and not is_flapping:
            name, minutes = PACES[number % len(PACES)]
        hours = (
            chance.uniform(2, 8) if kind == "error" else chance.lognormvariate(3.75, 0.5)
        )  # about two days
        hours = max(hours, 4 * minutes / 60)
        begin = BEGIN + timedelta(hours=chance.uniform(0, (DAYS - 2) * 24 - hours))
        found.append(
            Trouble(
                f"trouble-{chr(97 + number // 26)}{chr(97 + number % 26)}",  # letters: digits do not tell errors apart
                kind,
                tuple(name for name, _ in PACES) if kind == "error" else (name,),
                begin,
                begin + timedelta(hours=hours),
                0.5 if is_flapping else 1.0,
            )
        )
    return found


def ticks() -> list[tuple[datetime, str]]:
    """Every run of the month, (end, definition), in order: 5,000."""
    found = [
        (BEGIN + timedelta(minutes=at, seconds=place), name)
        for place, (name, minutes) in enumerate(PACES)
        for at in range(minutes // 2, DAYS * 24 * 60, minutes)
    ]
    return sorted(found)[:5000]
