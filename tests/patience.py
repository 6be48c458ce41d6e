"""How long tests wait, and how long things may take, on a machine that is busy with something else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

LOAD = Path("/proc/loadavg")  # "4.05 3.98 3.51 7/412 9313": seven want a core now


def slowness() -> float:
    """How many times longer something takes than on an idle machine: who waits for a core, by core.

    The load is of the last minute, so in the first one of a test run it knows of nothing yet; then what is so now counts.
    """
    wanting = os.getloadavg()[0]
    if LOAD.exists():
        wanting = max(wanting, int(LOAD.read_text().split()[3].partition("/")[0]))
    return max(1.0, wanting / (os.cpu_count() or 1))


def allowed(seconds: float) -> float:
    """What may take so many seconds on an idle machine, here and now."""
    return seconds * slowness()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it holds, looking often at first: a look may cost as much as what is waited for.

    Raises:
        AssertionError: It did not, in so many seconds of an idle machine.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds or waited < allowed(seconds), "it did not come true in time"
        time.sleep(min(0.5, max(0.01, waited / 20)))
