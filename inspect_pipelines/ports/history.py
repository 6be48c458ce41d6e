"""The history: years of facts, and whoever keeps them fresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter

if TYPE_CHECKING:  # a third of a second that only those pay who ask for one
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Table:
    """A query's answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    types: tuple[str, ...] = ()  # of the columns, as DuckDB names them; empty: they were not asked for


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str  # as DuckDB names it


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to somebody's SQL over their organisation's part of the history, in JSON's own words."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]  # times in RFC 3339 UTC; what JSON has no word for as text
    as_of: datetime  # UTC: everything that ended until then is in it


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a named query takes."""

    name: str
    default: str | None  # None: it has to be given
    says: str

    @property
    def is_number(self) -> bool:
        return self.default is not None and self.default.isdecimal()


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question that is asked again and again."""

    name: str
    says: str  # what it answers
    parameters: tuple[Parameter, ...]  # without the organisation, which is the asker's
    statement: str  # DuckDB's SQL, with `$name` for each


@dataclass(frozen=True, slots=True)
class PastRun:
    """What the history keeps of a run that has ended."""

    id: RunId
    origin: str
    definition_id: DefinitionId
    definition_kind: str
    status: RunStatus
    reason: str
    variables: Mapping[str, str] | None  # None: they were not kept
    requested_by: str
    dagster_run_id: str | None
    retry_of: RunId | None
    nominal_at: datetime  # UTC, as all of them
    requested_at: datetime
    claimed_at: datetime | None
    deadline_at: datetime | None
    completed_at: datetime
    timeout_minutes: int | None  # None: it was never claimed
    selection: str = ""  # the part of its plan that was asked for; empty: all of it
    against: str = ""  # the live address that it was compared with; empty: what was approved


@dataclass(frozen=True, slots=True)
class OldFacts:
    """What the history holds of the time before a moment."""

    months: tuple[
        datetime, ...
    ] = ()  # the first moment of each in which there is something, in UTC, oldest first
    runs: int = 0
    size_bytes: int = 0  # about: their share of the file, by rows

    @property
    def ends(self) -> tuple[datetime, ...]:
        """Of those months, exclusive."""
        return tuple((one + timedelta(days=31)).replace(day=1) for one in self.months)


class History(Protocol):
    """Years of facts, in DuckDB."""

    def drain(self) -> bool:
        """Move all journal rows into DuckDB and publish, if this process may own it now; False when another does."""

    def ended_runs(
        self,
        org_id: OrgId,
        wanted: RunFilter = RunFilter(),  # noqa: B008 - it is frozen
        *,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[PastRun]:
        """An organisation's runs, newest first by (requested_at, id), as last published; empty when nothing ever was.

        Waits for no newer facts: whoever asks has those from the ledger.

        Args:
            wanted: Only these.
            before: Only what stands behind this place in the list.

        Raises:
            Unreadable: The published copy is damaged.
        """

    def ended_run(self, org_id: OrgId, run_id: RunId) -> PastRun | None:
        """An organisation's run, as last published; None: the history has none of that id.

        Raises:
            Unreadable: The published copy is damaged.
        """

    def old_facts(self, org_id: OrgId, before: datetime) -> OldFacts:
        """What was published of an organisation's time before the first moment of a month.

        Raises:
            Unreadable: The published copy is damaged.
        """

    def query(self, sql: str, *, fresh_within_seconds: float = 5.0) -> Table:
        """Run one read-only statement over the published copy, after waiting so long for the newest facts.

        Raises:
            UsageError: The SQL is wrong, or would write.
        """

    def save(self, sql: str, file: str, *, fresh_within_seconds: float = 5.0) -> int:
        """Write the answer of one reading statement to a Parquet file, whole or not at all; how many rows it has.

        Raises:
            UsageError: The SQL is wrong, or would write; or no such file can be written.
            Unavailable: The disk is full.
        """

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        """Run one reading statement of somebody elsewhere over an organisation's rows, as last published.

        It runs in a process of its own, in which there are no other rows, and is killed when it takes too much.

        Raises:
            UsageError: It is wrong, would write, reaches beyond the history, or takes more than it may.
            NotFound: There is no history yet.
            Unavailable: The organisation's rows are still being gathered.
        """

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: str | int) -> pd.DataFrame:
        """The answer of a named query, for who goes on computing with it; times are in UTC.

        Raises:
            NotFound: There is no query of that name, or no history yet.
            UsageError: It takes other parameters.
        """

    def queries(self) -> Sequence[NamedQuery]:
        """Every named query, by name."""

    def statement(self, org_id: OrgId, name: str, given: Mapping[str, str]) -> str:
        """A named query as SQL that anybody may ask, with the organisation and these values in it.

        Raises:
            NotFound: There is no query of that name.
            UsageError: A parameter is missing, unknown, or no number where it must be one.
        """

    def rebuild(self) -> str:
        """Make a damaged history anew from its last publication and the ledger's journal; says what was done.

        Raises:
            Unavailable: Another process owns it now.
        """

    def compact(self) -> tuple[int, int]:
        """Write the live history anew without the room that changed rows left; bytes before and after.

        Raises:
            Unavailable: Another process owns it now, or the disk is full.
        """

    def export(self, folder: str) -> Mapping[str, int]:
        """Every table as Parquet under a new folder, a file a month; how many rows each has.

        Raises:
            NotFound: There is no history yet.
            Refused: There is something in the folder.
            UsageError: It cannot be made.
            Unavailable: Its disk is full; nothing stays.
        """

    def remarks(self, *, since: datetime) -> list[str]:
        """What had to be mended since then, one sentence each, oldest first."""

    def ailment(self) -> str:
        """Why what was published does not belong to the ledger as it is now; empty when it does.

        Raises:
            InspectError: The ledger cannot be read.
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
