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
    a_second: float = 20.0  # requests of all open sessions of an organisation together
    most_apart: float = 5.0  # between two requests of one session, however many are open

    def later(self, wait: float) -> float:
        """The pause after one of so many seconds."""
        return min(wait * self.growth, self.most)

    def apart(self, are_open: int) -> float:
        """Seconds between two requests of a session, so that all of them together ask no more often than is right."""
        return min(are_open / self.a_second, self.most_apart)


SLICE_SECONDS = 0.25  # how soon a cancel is seen
