"""A run: one occurrence of a definition, from its origin to its one conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.ids import DefinitionId, EventId, OrgId, RunId
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.errors import Refused


class RunStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    TIMEOUT = "timeout"
    ERROR = "error"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_open(self) -> bool:
        return self in (RunStatus.PENDING, RunStatus.RUNNING)

    @property
    def exit_code(self) -> int:
        """What a command that waited for such a run returns (house.md, "One judge")."""
        if self in (RunStatus.PASSED, RunStatus.SKIPPED):
            return 0
        if self in (RunStatus.FAILED, RunStatus.NEEDS_REVIEW):
            return 1
        return 3


class SkipReason(StrEnum):
    OVERLAP = "overlap"
    PAUSE = "pause"
    BUDGET = "budget"
    QUEUE_TIMEOUT = "queue_timeout"


UPLOADS = "upload:"  # how origins of uploads begin
OF_EVENTS = ("event:", "batch:")  # how origins of events begin

# Origins: why a run exists; unique per organisation, so that whatever starts a run twice finds the first one.


def cron_origin(definition_id: DefinitionId, nominal_at: datetime) -> str:
    """The origin of a schedule's tick; `nominal_at` is UTC."""
    return f"cron:{definition_id}:{nominal_at:%Y-%m-%dT%H:%MZ}"


def request_origin(key: str) -> str:
    """The origin of a run that a person or the API asked for."""
    return f"request:{key}"


def dagster_origin(dagster_run_id: str) -> str:
    """The origin of a launch from Dagster's own UI or CLI."""
    return f"dagster:{dagster_run_id}"


def retry_origin(run_id: RunId, number: int) -> str:
    """The origin of a person's n-th retry of a run."""
    return f"retry:{run_id}:{number}"


def event_origin(event_id: EventId, trigger_id: DefinitionId, replay: str = "") -> str:
    """The origin of a run that one event starts; each replay of the event has a suffix of its own."""
    return f"event:{event_id}:{trigger_id}" + (f"@{replay}" if replay else "")


def batch_origin(batch_id: str) -> str:
    """The origin of a run that waited for further events of its kind."""
    return f"batch:{batch_id}"


def undecided_origin(event_id: EventId, trigger_id: DefinitionId, replay: str = "") -> str:
    """The origin of what stands for a run that an event might have started; concluded as `error` to tell people."""
    return f"undecided:{event_id}:{trigger_id}" + (f"@{replay}" if replay else "")


def upload_origin(key: str) -> str:
    """The origin of what stands for a run whose pictures somebody sent; nothing was played for it."""
    return f"{UPLOADS}{key}"


@dataclass(frozen=True, slots=True)
class Run:
    id: RunId
    org_id: OrgId
    origin: str
    definition_id: DefinitionId
    definition_kind: str  # schedule | trigger
    nominal_at: datetime  # UTC; when it was meant to start, lateness is measured against it
    requested_at: datetime  # UTC
    timeout_minutes: int
    status: RunStatus = RunStatus.PENDING
    reason: str = ""  # why it was skipped, failed, ..: one sentence a line, the most telling first
    variables: Mapping[str, str] = field(
        default_factory=dict
    )  # an event's context or `--var`, on top of the plan's
    requested_by: str = ""  # `schedule`, `user:NAME`, `dagster`, ..
    dagster_run_id: str | None = None
    retry_of: RunId | None = None
    buffered_at: datetime | None = None  # UTC; when it began to wait for its definition's slot, if it had to
    claimed_at: datetime | None = None  # UTC; None until a worker took it
    deadline_at: datetime | None = None  # UTC; claimed_at + timeout_minutes
    completed_at: datetime | None = None  # UTC
    selection: Selection = WHOLE  # the part of its plan that it plays
    against: str = (
        ""  # the address beside which it is looked at, `{{placeholders}}` and all; empty: what is approved
    )

    @property
    def is_partial(self) -> bool:
        """Whether it shows a part of its plan only, so that it says nothing of the rest."""
        return not self.selection.is_whole

    @property
    def is_upload(self) -> bool:
        """Whether people sent its pictures; no browser took them."""
        return self.origin.startswith(UPLOADS)

    @property
    def is_of_event(self) -> bool:
        return self.origin.startswith(OF_EVENTS)

    @property
    def is_bound_to_wait(self) -> bool:
        """Whether events wait in it for their slot: none is dropped, and the open run's deadline ends the wait."""
        return self.is_of_event and self.buffered_at is not None

    def claimed(self, dagster_run_id: str, *, now: datetime) -> Run:
        """This run in the hands of a Dagster run, its one deadline set."""
        if self.status is not RunStatus.PENDING:
            raise Refused(f"run {self.id!r} cannot be claimed: it is {self.status.value!r}, not 'pending'")
        return replace(
            self,
            status=RunStatus.RUNNING,
            dagster_run_id=dagster_run_id,
            claimed_at=now,
            deadline_at=now + timedelta(minutes=self.timeout_minutes),
        )

    def buffered(self, *, now: datetime) -> Run:
        """This run, waiting until the open run of its definition has ended."""
        if self.status is not RunStatus.PENDING:
            raise Refused(f"run {self.id!r} cannot wait: it is {self.status.value!r}, not 'pending'")
        return replace(self, buffered_at=now)

    def skipped(self, reason: SkipReason, detail: str, *, now: datetime) -> Run:
        """This run, refused at the door; it never held a browser."""
        if self.status is not RunStatus.PENDING:
            raise Refused(f"run {self.id!r} cannot be skipped: it is {self.status.value!r}, not 'pending'")
        return replace(self, status=RunStatus.SKIPPED, reason=f"{reason.value}: {detail}", completed_at=now)

    def concluded(self, status: RunStatus, reason: str, *, now: datetime) -> Run:
        """This run with its one and only end."""
        if not self.status.is_open:
            raise Refused(
                f"run {self.id!r} is already concluded as {self.status.value!r}; a status never changes"
            )
        if status.is_open:
            raise Refused(f"run {self.id!r} cannot be concluded as {status.value!r}; that is not an end")
        return replace(self, status=status, reason=reason, completed_at=now)


class Door(StrEnum):
    """What `admit` does with a claim."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"  # another Dagster run holds or held this origin
    SKIPPED = "skipped"
    BUFFERED = "buffered"  # it waits; it is launched again when its definition's slot is free


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a run must not start now."""

    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True)
class Admission:
    door: Door
    run: Run
    displaced: Run | None = None  # the run that waited until now, skipped because this one is newer


def admission(
    run: Run,
    dagster_run_id: str,
    *,
    refusal: Refusal | None,
    holder: Run | None,
    waiting: Run | None = None,
    overlap: Overlap = Overlap.SKIP,
    has_lost: bool = False,
    now: datetime,
) -> Admission:
    """Who may run: the pure half of "one door".

    Args:
        run: The stored run of this origin.
        dagster_run_id: The Dagster run that asks.
        refusal: Why it is not to run, None when it may.
        holder: Another running run of the same definition, None when its slot is free.
        waiting: Another run of it that waits for the slot; with `overlap: buffer_one` there is one at most.
        overlap: The plan's.
        has_lost: The run was taken from this Dagster run, whose machine was lost; it is another one's now.
    """
    if run.dagster_run_id == dagster_run_id and run.status is RunStatus.RUNNING:
        return Admission(Door.ADMITTED, run)  # the op itself was repeated
    if has_lost or run.dagster_run_id is not None or run.status is not RunStatus.PENDING:
        return Admission(Door.DUPLICATE, run)
    if refusal is not None:
        return Admission(Door.SKIPPED, run.skipped(refusal.reason, refusal.detail, now=now))
    if holder is None or overlap is Overlap.ALLOW:
        return Admission(Door.ADMITTED, run.claimed(dagster_run_id, now=now))
    if overlap is Overlap.SKIP:
        return Admission(Door.SKIPPED, _overlapped(run, f"run {holder.id}", "is still open", now))
    if waiting is None:
        return Admission(Door.BUFFERED, run.buffered(now=now))
    if (waiting.requested_at, waiting.id) > (run.requested_at, run.id):
        return Admission(Door.SKIPPED, _overlapped(run, f"the newer run {waiting.id}", "waits already", now))
    displaced = _overlapped(waiting, f"the newer run {run.id}", "waits instead", now)
    return Admission(Door.BUFFERED, run.buffered(now=now), displaced)


def _overlapped(run: Run, other: str, why: str, now: datetime) -> Run:
    return run.skipped(SkipReason.OVERLAP, f"{other} of {run.definition_id!r} {why}", now=now)


def nominal_time(origin: str) -> datetime | None:
    """When a `cron:` origin was meant to start, in UTC; None for every other origin."""
    if not origin.startswith("cron:"):
        return None
    _, _, text = origin.split(":", 2)
    return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
