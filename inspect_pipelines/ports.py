"""What the use cases need of the world: small protocols, and the House that holds one of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import BaselineId, DefinitionId, OrgId, RunId, Sha256
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionRequest, SessionResult
from inspect_pipelines.domain.trigger import Definition

Facts = Mapping[str, Any]  # JSON: one journal row, see resources/history/


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> datetime:
        """The time in UTC, aware."""

    def new_id(self) -> str:
        """A fresh UUIDv7."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Organizations(Protocol):
    """What organization.yaml says of all runs of an organisation, as last applied."""

    def find(self, org_id: OrgId) -> Organization:
        """The default one when nothing was applied yet."""

    def save(self, organization: Organization, *, at: datetime) -> None:
        """Create or replace, and note that its project was applied then."""

    def applied_at(self, org_id: OrgId) -> datetime | None:
        """When its project was applied last, changed or not."""


class Pauses(Protocol):
    def add(self, pause: Pause) -> None:
        """Store it; the same id a second time changes nothing."""

    def lift(self, org_id: OrgId, definition_id: DefinitionId | None, *, now: datetime, by: str) -> int:
        """End the pauses of exactly this definition (None: of the whole organisation); returns how many there were."""

    def active(self, org_id: OrgId, definition_id: DefinitionId | None, now: datetime) -> tuple[Pause, ...]:
        """Those that hold now for this definition, the organisation's included; oldest first."""

    def listed(self, org_id: OrgId, now: datetime) -> tuple[Pause, ...]:
        """Every one that holds now, of all definitions and of the organisation; oldest first."""

    def of(self, org_id: OrgId, definition_id: DefinitionId | None) -> tuple[Pause, ...]:
        """Every one that this definition ever had, the organisation's included; oldest first."""


class Usage(Protocol):
    """Run-minutes of runs that have ended, by the month (`2026-11`, UTC) in which they were claimed."""

    def add(self, org_id: OrgId, definition_id: DefinitionId, month: str, minutes: float) -> None: ...
    def of(self, org_id: OrgId, month: str) -> Mapping[DefinitionId, float]: ...


class Notices(Protocol):
    def is_first(self, org_id: OrgId, key: str, *, at: datetime) -> bool:
        """Whether nobody was told of this yet; from now on somebody was."""


class Definitions(Protocol):
    """The definitions of an organisation, as last applied."""

    def all(self, org_id: OrgId) -> list[Definition]: ...
    def find(self, org_id: OrgId, definition_id: DefinitionId) -> Definition | None: ...
    def save(self, definition: Definition, *, by: str, at: datetime) -> None:
        """Create or replace."""

    def delete(self, org_id: OrgId, definition_id: DefinitionId, *, by: str, at: datetime) -> None:
        """Forget it; its runs and baselines stay."""

    def effective_since(self, org_id: OrgId, definition_id: DefinitionId) -> datetime | None:
        """Since when its cron, zone, dates and switch are as they are; None: there is no such definition."""


class Runs(Protocol):
    def request(self, run: Run) -> Run:
        """Insert, or find the one that has this origin already."""

    def find(self, run_id: RunId) -> Run | None: ...
    def by_origin(self, org_id: OrgId, origin: str) -> Run | None: ...
    def by_dagster_run(self, dagster_run_id: str) -> Run | None: ...
    def holder(self, org_id: OrgId, definition_id: DefinitionId) -> Run | None:
        """The running run of a definition, the oldest one when overlap is allowed."""

    def open(self, org_id: OrgId | None = None) -> list[Run]:
        """Pending and running ones, oldest first."""

    def latest(
        self,
        org_id: OrgId,
        *,
        definition_id: DefinitionId | None = None,
        status: RunStatus | Collection[RunStatus] | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """Newest first.

        Args:
            status: One or several; None: any.
            since: Requested then or later.
        """

    def with_prefix(self, org_id: OrgId, prefix: str, limit: int = 5) -> list[Run]:
        """Runs whose id begins so, newest first."""

    def newest_origin(self, org_id: OrgId, prefix: str) -> Run | None:
        """The run whose origin begins so and sorts last; `cron:ID:` finds a schedule's newest occurrence."""

    def counts(self, org_id: OrgId) -> Mapping[DefinitionId, int]:
        """How many runs each definition has."""

    def retries(self, run_id: RunId) -> int:
        """How many runs are retries of this one."""

    def retries_of(self, run_id: RunId) -> list[Run]:
        """Those runs, oldest first."""

    def claim(self, run: Run, *, allow_overlap: bool = False) -> bool:
        """Store a claimed run; False when another Dagster run was first or the definition's slot is held.

        Args:
            allow_overlap: The plan says `overlap: allow`; the run then neither needs the slot nor holds it.
        """

    def buffer(self, run: Run) -> bool:
        """Store that a pending run waits for its definition's slot; False when it is not pending any more."""

    def buffered(self, org_id: OrgId) -> list[Run]:
        """Pending runs that wait for their definition's slot, oldest first."""

    def conclude(self, run: Run) -> bool:
        """Store a concluded (or skipped) run; False when it was not open any more."""


class Baselines(Protocol):
    def active(self, org_id: OrgId, set_name: str) -> Baseline | None: ...
    def find(self, org_id: OrgId, baseline_id: BaselineId) -> Baseline | None: ...
    def all(self, org_id: OrgId, set_name: str | None = None) -> list[Baseline]:
        """Newest first."""

    def add(self, baseline: Baseline) -> None:
        """Store and make it the one active baseline of its set."""

    def activate(self, org_id: OrgId, baseline_id: BaselineId) -> None: ...


class Evidence(Protocol):
    """What sessions of a run left behind, kept for its report and for adopting it later."""

    def save_session(self, run_id: RunId, result: SessionResult) -> None:
        """Create or replace the result of one session."""

    def sessions(self, run_id: RunId) -> list[SessionResult]:
        """In playing order."""

    def save_comparisons(self, run_id: RunId, comparisons: Sequence[Comparison]) -> None:
        """Replace the comparisons of a run."""

    def comparisons(self, run_id: RunId) -> list[Comparison]:
        """As saved, in order; empty when the run was never compared."""

    def shas(self) -> set[Sha256]:
        """Every image that a kept session or comparison refers to, overlays included."""


class Reviews(Protocol):
    """What people decided about runs; a run's status never changes, these are shown beside it."""

    def append(
        self, org_id: OrgId, run_id: RunId, decision: str, *, by: str, detail: str, at: datetime
    ) -> None:
        """Keep a decision (`adopted`, ..) for good."""

    def of_run(self, run_id: RunId) -> list[tuple[str, str, str]]:
        """(decision, by, detail), oldest first."""


class Outbox(Protocol):
    def store(self, notification: Notification) -> None:
        """Keep the intent; a second one with the same (run, event, target) changes nothing."""

    def waiting(self, limit: int = 100) -> list[Notification]:
        """Stored, not sent, oldest first."""

    def of_run(self, run_id: RunId) -> list[Notification]: ...
    def record(self, notification: Notification) -> None:
        """Store status, receipt and time."""


class Journal(Protocol):
    """Facts on their way to the history; seq grows by one a row within the ledger."""

    def append(self, kind: str, facts: Facts, *, at: datetime) -> int:
        """Store one row and return its seq."""

    def after(self, seq: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        """(seq, kind, JSON text), in order."""

    def head(self) -> int:
        """The newest seq, 0 when empty."""

    def prune(self, *, before: datetime, up_to_seq: int) -> int:
        """Drop rows older than this and not after that seq; returns how many."""


class LedgerSession(Protocol):
    """One transaction over the ledger."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def definitions(self) -> Definitions: ...
    @property
    def pauses(self) -> Pauses: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def baselines(self) -> Baselines: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def journal(self) -> Journal: ...


class Ledger(Protocol):
    """The transactional truth of the moment."""

    def write(self) -> AbstractContextManager[LedgerSession]:
        """One IMMEDIATE transaction: commits at the end, rolls back on any exception.

        Raises:
            Unavailable: The ledger stayed locked for 30 s, or its disk is full.
        """

    def read(self) -> AbstractContextManager[LedgerSession]:
        """One consistent view; never blocks a writer."""

    def migrate(self) -> None:
        """Bring the schema up to date; safe from several processes at once."""

    def close(self) -> None: ...


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

    def published_path(self) -> Path: ...


class HistoryStatus(Protocol):
    """How far the history follows the ledger's journal."""

    @property
    def is_owner(self) -> bool: ...
    @property
    def applied_seq(self) -> int: ...
    @property
    def published_seq(self) -> int: ...
    @property
    def problem(self) -> str:
        """The last turn's, empty when it went well."""


class HistoryOwner(Protocol):
    """Whoever keeps the history fresh for as long as a process lives."""

    def start(self) -> None: ...
    def stop(self) -> None:
        """Write what is there, and let go."""

    @property
    def status(self) -> HistoryStatus: ...


class Gallery(Protocol):
    """Images by the sha256 of their bytes."""

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        """Store a PNG, atomically and once.

        Args:
            with_rows: Keep its row hashes too, so that it can be compared without being decoded: for what a run shot.

        Raises:
            Unreadable: Not a PNG, truncated, or over the size and dimension caps.
            Unavailable: The disk is full.
        """

    def rows(self, sha256: Sha256) -> bytes | None:
        """The row hashes that were kept with a picture, as `imaging/rows` packs them; None: there are none."""

    def get(self, sha256: Sha256) -> bytes:
        """The stored bytes, verified against their name.

        Raises:
            NotFound: No such image.
            Unreadable: The stored bytes are not what their name says.
        """

    def path(self, sha256: Sha256) -> Path: ...
    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """A small PNG or WebP of it, made once."""

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete images that nobody refers to and that are older, or only count them; returns (images, bytes)."""


class Sessions(Protocol):
    """Where playbooks are played."""

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> SessionResult:
        """Play a playbook and return what was seen, also when it ended early.

        Never raises for what the site or the browser did: that is in the result. Whatever it started is gone when it
        returns or raises.

        Raises:
            SetupMissing: There is no browser to start.
        """


class Channel(Protocol):
    def send(self, notification: Notification) -> str:
        """Deliver and return a receipt."""


class Workers(Protocol):
    """Which Dagster runs have a living process on this machine."""

    def hold(self, dagster_run_id: str) -> None:
        """Mark this process as its worker until the process ends, however it ends."""

    def is_alive(self, dagster_run_id: str) -> bool:
        """Whether some process holds it now."""

    def living(self) -> list[str]:
        """The Dagster runs that some process holds now."""

    def kill(self, dagster_run_id: str) -> None:
        """End the process that holds it, with what it started; for one that does not heed an interruption."""

    def release(self, dagster_run_id: str) -> None:
        """Stop holding it, for a process that goes on to other work."""


class Reports(Protocol):
    """One offline page a run."""

    def path(self, run_id: RunId) -> Path: ...
    def write(self, report: Report) -> Path:
        """Render and store it atomically."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What an engine needs to start a run that the ledger holds as pending."""

    job_name: str
    origin: str
    tags: Mapping[str, str]


class Engine(Protocol):
    """Whoever executes runs."""

    def launch(self, launch: Launch) -> str:
        """Start it and return a handle: the Dagster run id, or what else `terminate` and `is_alive` understand.

        Raises:
            Unavailable: Nobody answered.
        """

    def terminate(self, handle: str) -> None: ...
    def is_alive(self, handle: str) -> bool:
        """Whether what was launched may still do something; False once it has ended or failed to start."""


@dataclass(frozen=True, slots=True)
class TickerState:
    """What whoever ticks the schedules says of them."""

    stopped: frozenset[DefinitionId]  # switched off there by a person
    started_at: Mapping[DefinitionId, datetime]  # UTC; when it was switched on, where that is known
    requested: frozenset[str]  # origins that it has asked a run for, queued ones included


class Ticker(Protocol):
    """Whoever ticks the schedules."""

    def look(self, schedules: Sequence[DefinitionId], origins: Sequence[str]) -> TickerState | None:
        """What it says of these schedules and origins; None: it does not answer."""


@dataclass(frozen=True, slots=True)
class House:
    """One of each; built by wiring.py, lazy: holding one opens nothing."""

    home: Path
    org: Callable[[], OrgId]  # asked anew each time: `apply` may publish another one while `up` runs
    clock: Clock
    ledger: Ledger
    history: History
    gallery: Gallery
    sessions: Sessions
    workers: Workers
    reports: Reports
    channels: Sequence[tuple[str, Channel]]  # (target kind or `*`, channel), first match sends

    @property
    def org_id(self) -> OrgId:
        """The organisation whose definitions are published in this home."""
        return self.org()
