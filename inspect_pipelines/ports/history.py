"""The history: years of facts, and whoever keeps them fresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # a third of a second that only those pay who ask for one
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Table:
    """A query's answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class History(Protocol):
    """Years of facts, in DuckDB."""

    def drain(self) -> bool:
        """Move all journal rows into DuckDB and publish, if this process may own it now; False when another does."""

    def query(self, sql: str, *, fresh_within_seconds: float = 5.0) -> Table:
        """Run one read-only statement over the published copy, after waiting so long for the newest facts.

        Raises:
            UsageError: The SQL is wrong, or would write.
        """

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: str | int) -> pd.DataFrame:
        """The answer of a named query, for who goes on computing with it; times are in UTC.

        Raises:
            NotFound: There is no query of that name, or no history yet.
            UsageError: It takes other parameters.
        """

    def rebuild(self) -> str:
        """Make a damaged history anew from its last publication and the ledger's journal; says what was done.

        Raises:
            Unavailable: Another process owns it now.
        """

    def url(self) -> str:
        """Where a person opens the published copy: the path on a local disk."""


class HistoryStatus(Protocol):
    """How far the history follows the ledger's journal."""

    @property
    def is_owner(self) -> bool: ...
    @property
    def applied_seq(self) -> int: ...
    @property
    def published_seq(self) -> int: ...


class HistoryOwner(Protocol):
    """Whoever keeps the history fresh for as long as a process lives; one thread calls it."""

    def turn(self) -> float | None:
        """Take in what is new; returns the seconds until the next look, None while another process owns the history.

        Raises:
            InspectError: The history or the ledger cannot be used now.
        """

    def let_go(self) -> None:
        """Write what is there, and own it no more."""

    @property
    def status(self) -> HistoryStatus: ...
