"""Runs, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli import steps
from inspect_pipelines.cli.choice import refuse_server
from inspect_pipelines.cli.seen import Seen
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.evidence import EvidenceFile
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.dossier import Dossier, show_run
from inspect_pipelines.queries.evidence import opened
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.pictures import picture_of_run
from inspect_pipelines.queries.progress import LOOK_EVERY_SECONDS
from inspect_pipelines.queries.progress import watch as watch_runs
from inspect_pipelines.queries.run import current_run, find_run, refuse_unknown, sessions_of
from inspect_pipelines.queries.run_pair import RunComparison, run_comparison, run_pair
from inspect_pipelines.queries.runs import RunSummary, list_runs, summary
from inspect_pipelines.usecases.pictures.compare_runs import MOST, measured
from inspect_pipelines.usecases.runs.reconcile import EVERY_SECONDS, reconcile
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that somebody cancelled."""

    run: RunSummary
    was_open: bool


class RunDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def list(
        self,
        *,
        definition_id: str | None,
        status: Sequence[RunStatus] | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[RunSummary]:
        """A page, newest first."""

    def show(self, text: str) -> Dossier:
        """All of the run that is meant, or of a definition's latest."""

    def find(self, text: str, *, or_definition: bool = False) -> RunId:
        """The run that is meant."""

    def picture(self, run_id: RunId, sha256: str) -> bytes:
        """What it took, was compared with, or got drawn."""

    def summary(self, run_id: RunId) -> RunSummary:
        """As lists show it."""

    def watch(self, run_id: RunId | None, *, stays: bool) -> Iterator[Sequence[Seen]]:
        """What a run, or every open one, is doing, again and again until the end."""

    def cancel(self, run_id: RunId, *, reason: str) -> Ended:
        """End a run now."""

    def compare(self, run_id: RunId, other_id: RunId) -> RunComparison:
        """What a run's pictures differ by from another one's; all of them."""

    def log(self, run_id: RunId, *, only_events: bool) -> Iterator[str]:
        """Its steps and what its process printed, else Dagster's log."""

    def evidence(self, run_id: RunId) -> Iterator[tuple[EvidenceFile, str]]:
        """Each file that was kept beside its pictures, and where a person opens it."""

    def report(self, run_id: RunId) -> str:
        """Where its report is."""


class RunsHere(RunDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        reconcile(house)

    def now(self) -> datetime:
        return self._house.clock.now()

    def list(
        self,
        *,
        definition_id: str | None,
        status: Sequence[RunStatus] | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[RunSummary]:
        wanted = DefinitionId(definition_id) if definition_id is not None else None
        if wanted is not None:
            refuse_unknown(self._house, wanted)
        return list_runs(
            self._house, definition_id=wanted, status=status, since=since, cursor=cursor, limit=limit
        )

    def show(self, text: str) -> Dossier:
        from inspect_pipelines.engine.choose import dagster_ui

        ui = dagster_ui(Settings())
        run = find_run(self._house, text, or_definition=True)
        return show_run(self._house, run, ui.url if ui else None)

    def find(self, text: str, *, or_definition: bool = False) -> RunId:
        return find_run(self._house, text, or_definition=or_definition).id

    def picture(self, run_id: RunId, sha256: str) -> bytes:
        found = picture_of_run(self._house, run_id, sha256)
        if found is None:
            raise NotFound(f"run {run_id!r} has no picture {sha256!r}")
        return found

    def summary(self, run_id: RunId) -> RunSummary:
        run = current_run(self._house, run_id)
        assert run is not None  # it was found, and runs are never deleted while somebody looks
        return summary(self._house, run)

    def watch(self, run_id: RunId | None, *, stays: bool) -> Iterator[Sequence[Seen]]:
        clock = self._house.clock
        looked_at = clock.monotonic()
        for seen in watch_runs(self._house, run_id, stays=stays):
            yield seen
            if clock.monotonic() - looked_at > EVERY_SECONDS:
                looked_at = clock.monotonic()
                reconcile(self._house)

    def cancel(self, run_id: RunId, *, reason: str) -> Ended:
        from inspect_pipelines.cli.launching import cancelled

        done = cancelled(self._house, Settings(), run_id, reason=reason)
        if done.run.status is not RunStatus.CANCELLED:
            raise Refused(
                f"run {run_id!r} was not cancelled: it ended as {done.run.status.value!r} in the same moment"
            )
        return Ended(summary(self._house, done.run), done.was_open)

    def compare(self, run_id: RunId, other_id: RunId) -> RunComparison:
        pair = run_pair(self._house, run_id, other_id)
        assert pair is not None  # both were found
        return run_comparison(self._house, pair, [*measured(self._house, pair, pair.pairs)])

    def log(self, run_id: RunId, *, only_events: bool) -> Iterator[str]:
        from inspect_pipelines.engine.run_log import lines_of

        run = current_run(self._house, run_id)
        assert run is not None  # it was found
        if not only_events:
            yield from steps.lines(sessions_of(self._house, run_id))
        yield from lines_of(Settings(), run, only_events=only_events)

    def evidence(self, run_id: RunId) -> Iterator[tuple[EvidenceFile, str]]:
        for session in sessions_of(self._house, run_id):
            yield from ((file, opened(self._house, file)) for file in session.files)

    def report(self, run_id: RunId) -> str:
        return self._house.reports.url(run_id)


class RunsThere(RunDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._clock = SystemClock()

    def now(self) -> datetime:
        return self._clock.now()

    def list(
        self,
        *,
        definition_id: str | None,
        status: Sequence[RunStatus] | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[RunSummary]:
        from inspect_pipelines.cli.desks.paging import gathered

        found = self._client.runs.list(definition_id=definition_id, status=status, since=since)
        return gathered(found, cursor, limit)

    def show(self, text: str) -> Dossier:
        return self._client.runs.show(self.find(text, or_definition=True))

    def find(self, text: str, *, or_definition: bool = False) -> RunId:
        return RunId(self._client.find.run(text, or_definition=or_definition).id)

    def picture(self, run_id: RunId, sha256: str) -> bytes:
        return self._client.runs.picture(run_id, sha256)

    def summary(self, run_id: RunId) -> RunSummary:
        return self._client.runs.show(run_id).run

    def watch(self, run_id: RunId | None, *, stays: bool) -> Iterator[Sequence[Seen]]:
        from inspect_pipelines.cli.desks.following import follow_all, follow_one

        if run_id is not None:
            return follow_one(self._client, run_id)
        return follow_all(self._client, stays=stays, pause=lambda: self._clock.sleep(LOOK_EVERY_SECONDS))

    def cancel(self, run_id: RunId, *, reason: str) -> Ended:
        was_open = self.summary(run_id).status.is_open
        return Ended(self._client.runs.cancel_run(run_id, reason=reason), was_open)

    def compare(self, run_id: RunId, other_id: RunId) -> RunComparison:
        found = self._client.runs.compare(run_id, other_id)
        while left := found.not_measured:
            more = self._client.runs.compare(run_id, other_id, view=[str(one) for one in left[:MOST]])
            found = replace(
                found,
                comparisons=(*found.comparisons, *more.comparisons),
                not_measured=found.not_measured[MOST:],
            )
        return found

    def log(self, run_id: RunId, *, only_events: bool) -> Iterator[str]:
        if only_events:
            refuse_server(Settings(), "Dagster's event log is shown by its UI there, at /dagster")
        yield from steps.lines(self._client.runs.sessions(run_id))
        found = self._client.runs.log(run_id)
        if found.is_cut:
            yield f"-- only the last {len(found.lines)} lines"
        yield from found.lines

    def evidence(self, run_id: RunId) -> Iterator[tuple[EvidenceFile, str]]:
        for session in self._client.runs.sessions(run_id):
            for file in session.files:
                where = f"{_server()}/api/v1/runs/{run_id}/evidence/{file.sha256}"
                yield file, where if file.sha256 else f"({file.note})"

    def report(self, run_id: RunId) -> str:
        return f"{_server()}/runs/{run_id}"


def _server() -> str:
    return (Settings().server or "").rstrip("/")
