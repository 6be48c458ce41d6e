"""A house for use-case tests: the real ledger, and fakes for the ports that reach outside the process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from builders import NOW, a_session
from galleries import MemoryGallery
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, RunId
from inspect_pipelines.domain.loss import HERE
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, StepResult
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.agents import Examined
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.history import Answered, Column, OldFacts, PastRun, Table
from inspect_pipelines.ports.house import House
from prepared import prepared_ledgers
from resources.channels.registry import CHANNELS
from resources.code_host.workflows import GitHubWorkflows
from resources.evidence_files import FolderEvidenceFiles
from resources.hashes import Argon2Hashes
from resources.history.named import filled
from resources.identities.oidc import OidcIdentities
from resources.inbox.store import create_inbox
from resources.live_frames import FolderLiveFrames
from resources.logins.folder import FolderLogins
from resources.publication import FilePublication
from resources.seal import FileSeal


class SteppedClock:
    """A clock that stands still until a test moves it; ids count up."""

    def __init__(self) -> None:
        self.at = NOW
        self._ids = 0

    def now(self) -> datetime:
        return self.at

    def new_id(self) -> str:
        self._ids += 1
        return f"01900000-0000-7000-8000-{self._ids:012d}"

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class ScriptedSessions:
    """Plays what a test wrote down, and remembers the requests; heeds a cancel and, with a clock, the deadline."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self.closed = 0
        self.requests: list[SessionRequest] = []
        self.results: list[SessionResult | BaseException] = []
        self.elsewhere: set[str] = set()  # playbooks

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        self.requests.append(request)
        if self._clock is not None and self._clock.now() >= deadline:
            return self._stopped(request, SessionStatus.TIMEOUT)
        if cancelled():
            return self._stopped(request, SessionStatus.CANCELLED)
        result = (
            self.results.pop(0) if self.results else a_session(id=request.id, playbook=request.playbook.id)
        )
        if isinstance(result, BaseException):
            raise result
        for step in result.steps:
            told(step)
        return result

    def are_elsewhere(self, playbook: Playbook) -> bool:
        return playbook.id in self.elsewhere

    def close(self) -> None:
        self.closed += 1

    def _stopped(self, request: SessionRequest, status: SessionStatus) -> SessionResult:
        return a_session(
            id=request.id, playbook=request.playbook.id, status=status, screenshots=(), error="it was stopped"
        )


class NoAgents:
    """Nobody has set up a control plane; remembers who was to be stopped."""

    mends = False
    are_set_up = False

    def __init__(self, *, stops: bool = True) -> None:
        self.stopped: list[RemoteSession] = []
        self._stops = stops

    def stop(self, session: RemoteSession) -> bool:
        self.stopped.append(session)
        return self._stops

    def examine(self) -> list[Examined]:
        return []


class LivingWorkers:
    """Says that a worker lives until a test kills it."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self.dead: set[str] = set()
        self.are_stopped_with_up = False
        self.lost_host = HERE  # where the dead were

    def hold(self, dagster_run_id: str) -> None:
        self._held.add(dagster_run_id)
        self.dead.discard(dagster_run_id)

    def release(self, dagster_run_id: str) -> None:
        self.dead.add(dagster_run_id)

    def living(self) -> list[str]:
        return sorted(self._held - self.dead)

    def kill(self, dagster_run_id: str) -> None:
        self.dead.add(dagster_run_id)

    def is_alive(self, dagster_run_id: str) -> bool:
        return dagster_run_id not in self.dead

    def is_gone(self, dagster_run_id: str) -> bool:
        return not self.is_alive(dagster_run_id)

    def overtake(self, dagster_run_id: str) -> str | None:
        return self.lost_host if self.is_gone(dagster_run_id) else None

    @contextmanager
    def ending(self) -> Iterator[None]:
        self.are_stopped_with_up = True
        yield
        self.are_stopped_with_up = False

    def are_ending(self) -> bool:
        return self.are_stopped_with_up


class CollectedReports:
    def __init__(self) -> None:
        self.written: list[Report] = []

    def write(self, report: Report) -> None:
        self.written.append(report)

    def open(self, run_id: RunId) -> BinaryIO:
        for report in reversed(self.written):
            if report.run.id == run_id:
                return BytesIO(f"<html>{run_id}: {report.run.status.value}</html>".encode())
        raise NotFound(f"run {run_id!r} has no report")

    def let_go(
        self, kept: Mapping[RunId, Collection[str]], sentence: str, *, is_dry_run: bool = False
    ) -> tuple[int, int]:
        return 0, 0  # its pages have no pictures

    def is_written(self, run_id: RunId) -> bool:
        return any(report.run.id == run_id for report in self.written)

    def url(self, run_id: RunId) -> str:
        return f"memory:{run_id}.html"


class NoHistory:
    def drain(self) -> bool:
        return True

    def ended_runs(self, org_id: OrgId, wanted: RunFilter, **place: Any) -> list[PastRun]:
        return []

    def ended_run(self, org_id: OrgId, run_id: RunId) -> PastRun | None:
        return None

    def old_facts(self, org_id: OrgId, before: datetime) -> OldFacts:
        return OldFacts()

    def query(self, sql: str, *, fresh_within_seconds: float = 5.0) -> Table:
        raise NotImplementedError

    def statement(self, org_id: OrgId, name: str, given: Mapping[str, str]) -> str:
        return filled(name, org_id, given)

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        return Answered((Column("org_id", "VARCHAR"),), ((org_id,),), NOW)

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: Any) -> Any:
        raise NotFound("nothing ran in this home yet")

    def rebuild(self) -> str:
        raise NotImplementedError

    def remarks(self, *, since: datetime) -> list[str]:
        return []

    def ailment(self) -> str:
        return ""

    def url(self) -> str:
        raise NotImplementedError


class CollectingChannel:
    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.failures: list[Exception] = []

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(notification)
        return Receipt(f"receipt {len(self.sent)}")


def a_house(home: Path, *, channels: Sequence[tuple[str, Any]] = (), gallery: Any = None) -> House:
    clock = SteppedClock()
    ledgers = prepared_ledgers(home / "ledger.db")
    return House(
        home=str(home),
        org_id=DEFAULT_ORG,
        clock=clock,
        publication=FilePublication(home),
        ledger=ledgers.of(DEFAULT_ORG),
        ledgers=ledgers,
        inbox=create_inbox(home / "inbox.db", ledgers),
        history=NoHistory(),
        gallery=MemoryGallery() if gallery is None else gallery,
        evidence_files=FolderEvidenceFiles(home / "evidence"),
        sessions=ScriptedSessions(clock),
        agents=NoAgents(),
        live_frames=FolderLiveFrames(home / "run" / "live", clock.now),
        workers=LivingWorkers(),
        logins=FolderLogins(home / "logins"),
        reports=CollectedReports(),
        seal=FileSeal(home / "keys"),
        hasher=Argon2Hashes(memory_kib=8),
        identities=OidcIdentities(clock),
        workflows=GitHubWorkflows(clock),
        channels=channels,
        kinds=CHANNELS,
    )


def an_estate(house: House, *others: OrgId) -> Estate:
    """The estate in which this house stands, with those of other organisations beside it."""
    houses = {house.org_id: house, **{org_id: of_another(house, org_id) for org_id in others}}
    return Estate(
        clock=house.clock,
        publication=house.publication,
        workers=house.workers,
        organizations=lambda: list(houses),
        house=houses.__getitem__,
    )


def of_another(house: House, org_id: OrgId) -> House:
    """The house of another organisation over the same connections."""
    return replace(house, org_id=org_id, ledger=house.ledgers.of(org_id))


LONG_AGO = timedelta(
    days=365
)  # before every tick that tests ask for: an edit never fires what was due before it


def apply(house: House, *definitions: Any, organization: Organization | None = None) -> None:
    """Store definitions as an `apply` a year ago would have."""
    at = house.clock.now() - LONG_AGO
    for definition in definitions:
        with house.ledgers.of(definition.org_id).write() as ledger:
            ledger.definitions.save(definition, by="user:ada", at=at)
    if organization is not None:
        with house.ledgers.of(organization.org_id).write() as ledger:
            ledger.organizations.save(organization, at=at)
