"""Leases: who of several machines does what only one may do, and how a holder that was overtaken is kept from writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """What one holder has of a name, until it lets go or its time runs out."""

    name: str  # of what only one may do: `projector:<history>`
    holder: str  # an id of its own, for people who look
    token: int  # larger than that of every holder before, also where the ledger was restored from a backup


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a lease that was ever taken."""

    holder: str
    left: float  # seconds until its term is over; negative: since then
    is_released: bool  # its holder let go, or somebody saw to it that there is none


class Leases(Protocol):
    """Over one ledger, for all machines that work on it; times are by the clock of its database.

    Time decides only when somebody else may try. Whether a holder may still write is decided by its token, in the very
    transaction that writes (`Fence`): one that slept through the end of its lease finds out there.
    """

    def take(self, name: str, holder: str, *, seconds: float) -> Lease | None:
        """Become the holder for so long; None: somebody is (this one included)."""

    def renew(self, lease: Lease, *, seconds: float) -> bool:
        """Hold it for so long from now, also when its time had run out and nobody came; False: somebody else holds it."""

    def release(self, lease: Lease) -> None:
        """Let go, so that another one may take it at once; nothing, when somebody else holds it."""

    def holder(self, name: str) -> str | None:
        """Who holds it now; None: nobody."""

    def standing(self, name: str) -> Standing | None:
        """None: nobody ever took it, or it is forgotten."""

    def overtake(self, name: str, seen: Standing | None) -> bool:
        """Leave it without a holder, so that whoever believes to be it is refused; False, and nothing is changed: it has
        been taken or renewed since it was seen so.
        """

    def forget(self, beginning: str, *, over_for: float) -> None:
        """Drop those whose name begins so and whose term is over for so many seconds."""


class Fence(Protocol):
    """A session's guard."""

    def now(self, here: datetime) -> datetime:
        """The time (UTC) of whoever writes this ledger: its database's where several machines do, else `here`, this one's."""

    def guard(self, lease: Lease) -> None:
        """Go on only as its holder, which nobody can overtake before this transaction ends.

        Raises:
            Overtaken: Somebody else has taken it since.
        """
