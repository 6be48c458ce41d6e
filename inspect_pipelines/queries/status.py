"""Status: what is going on, in one answer; definitions with their next time and last run, open runs, the history's lag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.retention import SWEPT
from inspect_pipelines.ports.history import HistoryStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import DefinitionSummary, list_definitions
from inspect_pipelines.queries.runs import RunSummary, summaries


@dataclass(frozen=True, slots=True)
class HistoryLag:
    is_owner: bool
    rows_behind: int | None  # None: another process keeps the history
    rows_unpublished: int | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """The last time that what was kept long enough was let go."""

    at: datetime  # UTC
    by: str
    gone: str  # `pictures: 12 (3.4 MB), events: 2`


@dataclass(frozen=True, slots=True)
class Status:
    now: datetime  # UTC
    definitions: tuple[DefinitionSummary, ...]
    open_runs: tuple[RunSummary, ...]  # oldest first
    history: HistoryLag
    swept: Sweep | None  # what was let go of last; None: it never was


def status(house: House, history: HistoryStatus) -> Status:
    """What the ledger holds now, and how far the history is behind it; the same few statements however much there is."""
    now = house.clock.now()
    definitions = list_definitions(house)
    with house.ledger.read() as ledger:
        open_runs = summaries(house, ledger, ledger.runs.open())
        last = ledger.audit.last(SWEPT)
    return Status(
        now,
        tuple(definitions),
        tuple(open_runs),
        _lag(history, journal_head(house)),
        None if last is None else Sweep(last.happened_at, last.actor, last.detail),
    )


def journal_head(house: House) -> int:
    """The newest fact's number; also the cheapest question to which a ledger that works has an answer."""
    with house.ledgers.read() as ledgers:
        return ledgers.journal.head()


def rows_behind(house: House, history: HistoryStatus) -> int | None:
    """Facts that are not yet in the published history; None: another process keeps it."""
    return max(0, journal_head(house) - history.published_seq) if history.is_owner else None


def _lag(history: HistoryStatus, head: int) -> HistoryLag:
    if not history.is_owner:
        return HistoryLag(False, None, None)
    return HistoryLag(True, max(0, head - history.applied_seq), max(0, head - history.published_seq))
