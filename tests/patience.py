"""How long tests wait, and how long things may take, on a machine that is busy with something else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable


def slowness() -> float:
    """How many times longer something takes than on an idle machine: who waits for a core, by core."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def allowed(seconds: float) -> float:
    """What may take so many seconds on an idle machine, here and now."""
    return seconds * slowness()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it holds.

    Raises:
        AssertionError: It did not, in so many seconds of an idle machine.
    """
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < allowed(seconds), "it did not come true in time"
        time.sleep(0.01)
