"""The parts that work on one ledger, by what they say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from inspect_pipelines.domain.presence import Presence


class Presences(Protocol):
    """Of all machines; times are by the clock of the ledger's database."""

    def tell(self, one: Presence, here: Callable[[], float]) -> None:
        """Say what this part is; its word of before is replaced, and what nobody said again for a day is forgotten.

        Args:
            one: Its clock is found here, by the database's.
            here: This machine's clock, seconds since 1970.
        """

    def leave(self, one: Presence) -> None:
        """It ends in order, so nobody is to miss it."""

    def told(self) -> Sequence[Presence]:
        """What each said last, within a day, by part, host and place."""
