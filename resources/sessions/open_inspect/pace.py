"""Pace: how often a control plane is asked, and for how long in vain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds; a look is one request, every fourth one more."""

    first: float = 3.0  # between the first looks: an agent takes minutes
    most: float = 5.0  # between later ones
    growth: float = 1.2
    busy_most: float = 30.0  # between tries at what does not answer
    opening: float = 300.0  # until a session must be open and prompted; a retry comes later
    stopping: float = 60.0  # until what was told to stop must have
    collecting: float = 300.0  # for all pictures, after the end
    pictures_every: int = 4  # looks

    def later(self, wait: float) -> float:
        """The pause after one of so many seconds."""
        return min(wait * self.growth, self.most)


SLICE_SECONDS = 0.25  # how soon a cancel is seen
