"""A run's dossier: everything that is known about it, from one consistent view of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import EventId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.retry import second_looks, second_thoughts
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.events import DecisionSummary, decided
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.notifications import NotificationSummary, note_of
from inspect_pipelines.queries.progress import progress_of
from inspect_pipelines.queries.run import current_run, refuse_others
from inspect_pipelines.queries.runs import RunSummary, past_summary, reviewed_as, summaries, summary


@dataclass(frozen=True, slots=True)
class Word:
    """What a person decided about a run."""

    decision: str
    by: str
    detail: str


@dataclass(frozen=True, slots=True)
class Dossier:
    run: RunSummary = field(metadata=FLAT)
    definition_name: str | None  # None: it was deleted
    flaky: tuple[
        str, ...
    ]  # of one that passed: what was wrong at first and right when tried again, a sentence each
    doing: str  # a clause; the first reason once it has ended
    elapsed_seconds: float  # since a worker took it, else since it was requested
    left_seconds: float | None  # until its deadline; None: it has none yet, or has ended
    dagster_url: str | None  # its page in the Dagster UI, when that is up
    report_is_written: bool
    # False: only the history has it any more, with figures of what was played, shot and compared
    is_evidence_kept: bool
    sessions: tuple[SessionResult, ...]  # all attempts, in playing order
    comparisons: tuple[Comparison, ...]
    notifications: tuple[NotificationSummary, ...]
    incidents: tuple[Incident, ...]  # that it failed by
    decisions: tuple[Word, ...]  # of people, oldest first
    events: tuple[EventId, ...]  # that it came of, with those that it took in; oldest first
    causes: tuple[DecisionSummary, ...]  # what was decided about them
    retries: tuple[RunId, ...]  # oldest first
    retried_as: tuple[RunSummary, ...]


def show_run(house: House, run: Run, ui_url: str | None = None) -> Dossier:
    """What the ledger holds about a run.

    Args:
        house: Ports.
        run: As it was found.
        ui_url: Where the Dagster UI is, when it is up.
    """
    with house.ledger.read() as ledger:
        current = ledger.runs.find(run.id) or run
        definition = ledger.definitions.find(run.definition_id)
        sessions = tuple(ledger.evidence.sessions(run.id))
        comparisons = tuple(ledger.evidence.comparisons(run.id))
        decisions = ledger.reviews.of_run(run.id)
        notifications = ledger.outbox.of_run(run.id)
        incidents = ledger.incidents.of_run(run.id)
        causes = ledger.answers.of_run(run.id)
        told = ledger.steps.of_runs([run.id]).get(run.id, ())
        retries = summaries(house, ledger, ledger.runs.retries_of(run.id))
        others = ledger.runs.open() if current.status is RunStatus.PENDING else []
    progress = progress_of(
        current,
        definition,
        sessions=sessions,
        compared=sum(1 for one in comparisons if one.was_run),
        is_unwanted=any(decision == CANCEL_REQUESTED for decision, _, _ in decisions),
        now=house.clock.now(),
        told=told,
        others=others,
    )
    dagster_url = f"{ui_url}/runs/{current.dagster_run_id}" if ui_url and current.dagster_run_id else None
    return Dossier(
        run=summary(house, current, decisions),
        definition_name=definition.name if definition else None,
        flaky=_flaky(current, sessions, comparisons),
        doing=progress.doing,
        elapsed_seconds=progress.elapsed_seconds,
        left_seconds=progress.left_seconds,
        dagster_url=dagster_url,
        report_is_written=house.reports.is_written(run.id),
        is_evidence_kept=True,
        sessions=sessions,
        comparisons=comparisons,
        notifications=tuple(note_of(one) for one in notifications),
        incidents=tuple(incidents),
        decisions=tuple(Word(*one) for one in decisions),
        events=tuple(one.event_id for one in causes),
        causes=tuple(decided(one) for one in causes),
        retries=tuple(one.id for one in retries),
        retried_as=tuple(retries),
    )


def dossier_for(house: House, caller: Caller, run_id: RunId) -> Dossier | None:
    """A run, also one that only the history has any more; None: there is none.

    Raises:
        Forbidden: As `run_for`.
        Unavailable: The history cannot be read, so that nobody knows.
    """
    run = current_run(house, run_id)
    past = show_past_run(house, run_id) if run is None else None
    found = run or (past.run if past else None)
    refuse_others(caller, run_id, asked_by=found.requested_by if found else None)
    return show_run(house, run) if run else past


def show_past_run(house: House, run_id: RunId) -> Dossier | None:
    """What the history holds about a run that has left the ledger; None: there is none of that id.

    Raises:
        Unavailable: The history cannot be read, so that nobody knows.
    """
    try:
        past = house.history.ended_run(house.org_id, run_id)
    except NotFound:  # nothing was ever published
        return None
    except Unreadable as error:
        raise Unavailable(
            f"run {run_id!r} is not in the ledger, and the history, which may have it, cannot be read now; "
            "whoever runs this server sees why with: inspect-pipelines doctor"
        ) from error
    if past is None:
        return None
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(past.definition_id)
        decisions = ledger.reviews.of_run(past.id)
        retries = summaries(house, ledger, ledger.runs.retries_of(past.id))
    began = past.claimed_at or past.requested_at
    return Dossier(
        run=replace(past_summary(house, past), reviewed_as=reviewed_as(decisions) or None),
        definition_name=definition.name if definition else None,
        flaky=(),
        doing=past.reason.partition("\n")[0],
        elapsed_seconds=(past.completed_at - began).total_seconds(),
        left_seconds=None,
        dagster_url=None,
        report_is_written=house.reports.is_written(past.id),
        is_evidence_kept=False,
        sessions=(),
        comparisons=(),
        notifications=(),
        incidents=(),
        decisions=tuple(Word(*one) for one in decisions),
        events=(),
        causes=(),
        retries=tuple(one.id for one in retries),
        retried_as=tuple(retries),
    )


@dataclass(frozen=True, slots=True)
class Shot:
    """A screenshot, with the session that took it."""

    session_id: str
    attempt: int
    screenshot: Screenshot = field(metadata=FLAT)


def screenshots_of(house: House, run_id: RunId) -> list[Shot]:
    """Every one that a run took, in playing order."""
    with house.ledger.read() as ledger:
        sessions = ledger.evidence.sessions(run_id)
    return [Shot(one.id, one.attempt, shot) for one in sessions for shot in one.screenshots]


def comparisons_of(house: House, run_id: RunId) -> list[Comparison]:
    """Every view beside its approved picture; empty: the run was not compared."""
    with house.ledger.read() as ledger:
        return [*ledger.evidence.comparisons(run_id)]


def _flaky(run: Run, sessions: Sequence[SessionResult], comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    if run.status is not RunStatus.PASSED:
        return ()
    return (*second_thoughts(sessions), *second_looks(sessions, comparisons))
