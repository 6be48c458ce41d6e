"""The ledger of one organisation: the transactional truth of the moment, one repository a noun, all in one transaction.

No method takes an organisation and none can see or change another one's rows: an id of another organisation names
nothing, and a value of another organisation is refused with `WrongOrganization`, before anything is changed. What
works across organisations is in `ports/across.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.access import Audit, Identities, KeptAnswers, Members, Passwords, SignIns, Tokens
from inspect_pipelines.ports.alerts import Incidents, Outbox, Silences
from inspect_pipelines.ports.answers import Answers, Batches
from inspect_pipelines.ports.baselines import Baselines
from inspect_pipelines.ports.comments import Comments, ReviewRequests
from inspect_pipelines.ports.decisions import Decisions, Environments, ReviewQueue
from inspect_pipelines.ports.drift_tracks import DriftTracks
from inspect_pipelines.ports.events import Events
from inspect_pipelines.ports.leases import Fence
from inspect_pipelines.ports.losses import Losses
from inspect_pipelines.ports.organizations import Organizations
from inspect_pipelines.ports.pauses import Pauses
from inspect_pipelines.ports.remote_sessions import RemoteSessions
from inspect_pipelines.ports.repairs import Repairs
from inspect_pipelines.ports.retention import Expiry
from inspect_pipelines.ports.revisions import Revisions
from inspect_pipelines.ports.steps import Steps
from inspect_pipelines.ports.teardowns import Teardowns
from inspect_pipelines.ports.usage import Notices, Usage

Facts = Mapping[str, Any]  # JSON: one journal row, see resources/history/


class Definitions(Protocol):
    """The definitions of an organisation, as last applied."""

    def all(self) -> list[Definition]: ...
    def find(self, definition_id: DefinitionId) -> Definition | None: ...
    def save(self, definition: Definition, *, by: str, at: datetime) -> None:
        """Create or replace."""

    def delete(self, definition_id: DefinitionId, *, by: str, at: datetime) -> None:
        """Forget it; its runs and baselines stay."""

    def effective_since(self, definition_id: DefinitionId) -> datetime | None:
        """Since when its cron, zone, dates and switch are as they are; None: there is no such definition."""


class Runs(Protocol):
    def request(self, run: Run) -> Run:
        """Insert, or find the one that has this origin already."""

    def find(self, run_id: RunId) -> Run | None: ...
    def by_origin(self, origin: str) -> Run | None: ...
    def by_dagster_run(self, dagster_run_id: str) -> Run | None: ...
    def holder(self, definition_id: DefinitionId) -> Run | None:
        """The running run of a definition, the oldest one when overlap is allowed."""

    def open(self) -> list[Run]:
        """Pending and running ones, oldest first."""

    def latest(
        self,
        *,
        definition_id: DefinitionId | None = None,
        status: RunStatus | Collection[RunStatus] | None = None,
        since: datetime | None = None,
        before: Position | None = None,
        limit: int = 50,
        only_whole: bool = False,
    ) -> list[Run]:
        """Newest first, by (requested_at, id).

        Args:
            status: One or several; None: any.
            since: Requested then or later.
            before: Only what stands behind this place in the list.
            only_whole: No run of a part of its plan.
        """

    def matching(self, wanted: RunFilter, *, before: Position | None = None, limit: int = 50) -> list[Run]:
        """As `latest`, by everything that a list may be filtered by."""

    def last_of_each(self, limit: int = 1) -> Mapping[DefinitionId, list[Run]]:
        """The newest runs of every definition that is applied, newest first; those that never ran are missing."""

    def of(self, run_ids: Collection[RunId]) -> Mapping[RunId, Run]:
        """As `find`, for many: those that there are."""

    def of_dagster_runs(self, dagster_run_ids: Collection[str]) -> Mapping[str, Run]:
        """As `by_dagster_run`, for many: those that are known, by their Dagster run."""

    def with_prefix(self, prefix: str, limit: int = 5) -> list[Run]:
        """Runs whose id begins so, newest first."""

    def newest_origin(self, prefix: str) -> Run | None:
        """The run whose origin begins so and sorts last; `cron:ID:` finds a schedule's newest occurrence."""

    def counts(self) -> Mapping[DefinitionId, int]:
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

    def inform(self, run_id: RunId, variables: Mapping[str, str]) -> bool:
        """Give a pending run other variables; False when it is not pending any more."""

    def pending(self, prefixes: Sequence[str], limit: int = 100) -> list[Run]:
        """Those whose origin begins so and that wait for nothing but their launch, oldest first."""

    def buffered(self) -> list[Run]:
        """Pending runs that wait for their definition's slot, oldest first."""

    def conclude(self, run: Run) -> bool:
        """Store a concluded (or skipped) run; False when it was not open any more."""


class Evidence(Protocol):
    """What sessions of a run left behind, kept for its report and for adopting it later."""

    def save_session(self, run_id: RunId, result: SessionResult, *, position: int | None = None) -> None:
        """Create or replace the result of one session, which keeps its place.

        Args:
            position: Its place among the run's, counted from anywhere; None: behind those that are there.
        """

    def sessions(self, run_id: RunId) -> list[SessionResult]:
        """In the order of their places."""

    def sessions_of(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[SessionResult]]:
        """The same of many runs; one without a session is missing."""

    def save_comparisons(self, run_id: RunId, comparisons: Sequence[Comparison]) -> None:
        """Replace the comparisons of a run."""

    def comparisons(self, run_id: RunId) -> list[Comparison]:
        """As saved, in order; empty when the run was never compared."""

    def comparisons_of(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[Comparison]]:
        """The same of many runs; one that was never compared is missing."""


class Reviews(Protocol):
    """What people decided about runs; a run's status never changes, these are shown beside it."""

    def append(self, run_id: RunId, decision: str, *, by: str, detail: str, at: datetime) -> None:
        """Keep a decision (`adopted`, ..) for good."""

    def of_run(self, run_id: RunId) -> list[tuple[str, str, str]]:
        """(decision, by, detail), oldest first."""

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[tuple[str, str, str]]]:
        """The same of many runs; one that nobody decided about is missing."""


class Journal(Protocol):
    """Facts on their way to the history; seq grows by one a row within the ledger."""

    def append(self, kind: str, facts: Facts, *, at: datetime) -> int:
        """Store one row and return its seq."""


class LedgerSession(Protocol):
    """One transaction over the ledger."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def definitions(self) -> Definitions: ...
    @property
    def revisions(self) -> Revisions: ...
    @property
    def pauses(self) -> Pauses: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def losses(self) -> Losses: ...
    @property
    def baselines(self) -> Baselines: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def drift_tracks(self) -> DriftTracks: ...
    @property
    def steps(self) -> Steps: ...
    @property
    def teardowns(self) -> Teardowns: ...
    @property
    def remote_sessions(self) -> RemoteSessions: ...
    @property
    def repairs(self) -> Repairs: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def environments(self) -> Environments: ...
    @property
    def review_queue(self) -> ReviewQueue: ...
    @property
    def comments(self) -> Comments: ...
    @property
    def review_requests(self) -> ReviewRequests: ...
    @property
    def incidents(self) -> Incidents: ...
    @property
    def silences(self) -> Silences: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def events(self) -> Events: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def batches(self) -> Batches: ...
    @property
    def expiry(self) -> Expiry: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def members(self) -> Members: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def passwords(self) -> Passwords: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def kept_answers(self) -> KeptAnswers: ...
    @property
    def fence(self) -> Fence: ...
    @property
    def audit(self) -> Audit: ...


class Ledger(Protocol):
    """The transactional truth of the moment, of one organisation."""

    def by_way_of(self, via: str) -> Ledger:
        """The same, for whoever came by this way: it stands in the audit beside what they do."""

    def of_run(self) -> Ledger:
        """The same for a run, which executes as the service account: who may come in is withheld (`Forbidden`)."""

    def write(self) -> AbstractContextManager[LedgerSession]:
        """One IMMEDIATE transaction: commits at the end, rolls back on any exception.

        Raises:
            Unavailable: The ledger stayed locked for 30 s, or its disk is full.
            Overtaken: A run writes that another machine has by now; nothing was changed.
        """

    def read(self) -> AbstractContextManager[LedgerSession]:
        """One consistent view; never blocks a writer."""
