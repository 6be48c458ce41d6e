"""What the ledger keeps of incidents, of who wants to be left in peace, and of messages on their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.ids import IncidentId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Attempt, Notification
from inspect_pipelines.domain.position import Position


class Incidents(Protocol):
    """What is wrong over many runs."""

    def open_in(
        self, scope: str, or_scope: str | None = None, *, with_environments: bool = False
    ) -> list[Incident]:
        """Those of one scope or two that nobody and nothing has resolved, oldest first.

        Args:
            with_environments: And those of every environment that became another one.
        """

    def last_of(self, fingerprint: str) -> Incident | None:
        """The newest one of exactly this cause, open or not."""

    def save(self, incident: Incident) -> None:
        """Create or replace."""

    def add_run(self, incident: Incident, run_id: RunId) -> None:
        """Remember that a run failed by it; a second time changes nothing."""

    def find(self, incident_id: IncidentId) -> Incident | None: ...
    def with_prefix(self, prefix: str, limit: int = 5) -> list[Incident]:
        """Those whose id begins so, newest first."""

    def of_run(self, run_id: RunId) -> list[Incident]:
        """Those that a run failed by."""

    def runs_of(self, incident_id: IncidentId, limit: int = 20) -> list[RunId]:
        """The runs that failed by it, newest first."""

    def latest(
        self, *, open_only: bool = False, before: Position | None = None, limit: int = 50
    ) -> list[Incident]:
        """Newest first, by (opened_at, id); only what stands behind `before`."""


class Silences(Protocol):
    def add(self, silence: Silence) -> None: ...
    def holding(self, now: datetime) -> list[Silence]:
        """Those that hold now, oldest first."""

    def end(self, silence_id: str, *, at: datetime, by: str) -> None:
        """It holds no longer than until then."""


class Outbox(Protocol):
    """Messages that are to reach people; every try is kept."""

    def store(self, notification: Notification) -> None:
        """Keep the intent; a second one with the same key changes nothing."""

    def replace(self, notification: Notification) -> None:
        """Store a changed one that nobody has tried to send yet."""

    def held_for(self, target: str, now: datetime) -> Notification | None:
        """The opening message that waits for the end of the target's group window; nobody has tried it."""

    def last_opening(self, target: str) -> datetime | None:
        """When the newest opening message for this target was or is to be sent; UTC."""

    def is_due(self, now: datetime) -> bool:
        """Whether something may be claimed; cheap enough to be asked five times a second."""

    def claim_next(self, sender: str, *, now: datetime, until: datetime, kinds: Kinds) -> Notification | None:
        """Lease the next one that is due to a sender and begin an attempt; None: there is none.

        One message a target is under way at a time, those of one thread in order, none about an incident before the one
        that opens it together with others, and no more than the target's service takes, over all senders.

        Args:
            kinds: Of channels; they know what a service takes.
        """

    def thread(self, notification: Notification) -> Mapping[str, str]:
        """The newest receipt's of its incident (or pull request) and target; empty: there is none."""

    def record(
        self,
        notification: Notification,
        *,
        sender: str = "",
        thread: Mapping[str, str] | None = None,
        now: datetime,
    ) -> bool:
        """Store how the attempt of this sender ended, and give the lease back.

        Returns:
            False, and nothing stored, when it did not arrive and the lease had gone to another sender meanwhile.
        """

    def hold_back(self, target: str, *, until: datetime) -> None:
        """Nothing for this target is due before, because its service says so."""

    def find(self, notification_id: str) -> Notification | None: ...
    def of_run(self, run_id: RunId) -> list[Notification]:
        """Oldest first."""

    def of_incident(self, incident_id: IncidentId) -> list[Notification]:
        """Oldest first."""

    def attempts_of(self, notification_id: str) -> list[Attempt]:
        """Oldest first."""

    def latest(
        self, *, status: str | None = None, before: Position | None = None, limit: int = 50
    ) -> list[Notification]:
        """Newest first, by (created_at, id); only what stands behind `before`."""

    def waiting(self, limit: int = 100) -> list[Notification]:
        """Stored, not sent, oldest first."""
