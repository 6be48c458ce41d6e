"""How long something took, for people: the same words in a terminal and on a page."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def short_duration(seconds: float) -> str:
    """`11.9 s`, `3 min 20 s`, `2 h 05 min`, `4 d 3 h`."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02d} s"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
