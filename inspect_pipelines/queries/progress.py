"""Watch runs: what each open one is doing now, as far as it has told the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import PlaybookId, RunId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.review import wish_to_cancel
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult, ToldStep
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

LOOK_EVERY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """One run at one moment."""

    run: Run
    doing: str  # a clause: `playing shop-tour (1 of 2): pay@phone, 3 of 8 steps done`; the first reason once it has ended
    elapsed_seconds: float  # since a worker took it, else since it was requested
    # until its deadline, or that of the run it waits for; None: there is none, or it has ended
    left_seconds: float | None
    steps: tuple[ToldStep, ...] = ()  # all that have ended, of every attempt, in playing order


def watch(
    house: House,
    run_id: RunId | None = None,
    *,
    stays: bool = False,
    every_seconds: float = LOOK_EVERY_SECONDS,
) -> Iterator[Sequence[Progress]]:
    """What runs are doing, again and again, until they have ended.

    Args:
        house: Ports.
        run_id: Only this one; None: every open one, those that begin meanwhile too.
        stays: Go on when nothing is open any more, until the caller stops.
        every_seconds: From one look to the next.
    """
    followed: dict[RunId, None] = {} if run_id is None else {run_id: None}
    while True:
        now = house.clock.now()
        with house.ledger.read() as ledger:
            if run_id is None:
                followed.update((run.id, None) for run in ledger.runs.open())
            seen = _progress(ledger, [*followed], now)
        yield seen
        if not any(progress.run.status.is_open for progress in seen) and not stays:
            return
        house.clock.sleep(every_seconds)


def look(house: House, run_id: RunId) -> Sequence[Progress]:
    """What one run is doing now; empty when it is unknown."""
    with house.ledger.read() as ledger:
        return _progress(ledger, [run_id], house.clock.now())


def look_around(house: House, known: Collection[RunId]) -> Sequence[Progress]:
    """What every open run is doing now, and those that are known; oldest first."""
    with house.ledger.read() as ledger:
        ids = {run.id for run in ledger.runs.open()}.union(known)
        return _progress(ledger, sorted(ids), house.clock.now())


def progress_of(
    run: Run,
    definition: Definition | None,
    *,
    sessions: Sequence[SessionResult],
    compared: int,
    is_unwanted: bool,
    now: datetime,
    told: Sequence[ToldStep] = (),
    others: Sequence[Run] = (),
) -> Progress:
    """What a run is doing, by what it has left behind until now.

    Args:
        run: As it is now.
        definition: As it is now; None when it was deleted.
        sessions: Those that have ended.
        compared: How many views stand beside the approved ones already.
        is_unwanted: Somebody has asked for its end.
        now: The time, UTC.
        told: Steps of the session that is being played.
        others: Runs that are open too; asked only for one that waits.
    """
    began = run.claimed_at or run.requested_at
    elapsed = ((run.completed_at or now) - began).total_seconds()
    deadline = run.deadline_at if run.status.is_open else None
    told = [each for each in told if each.session_id not in {session.id for session in sessions}]
    done = [
        ToldStep(session.id, session.playbook, session.attempt, step)
        for session in sessions
        for step in session.steps
    ]
    if run.status is RunStatus.PENDING and not is_unwanted:
        doing, deadline = _waiting(run, others)
    else:
        doing = _doing(run, definition, sessions, told, compared, is_unwanted)
    left = (deadline - now).total_seconds() if deadline else None
    return Progress(run, doing, elapsed, left, (*done, *told))


def _waiting(run: Run, others: Sequence[Run]) -> tuple[str, datetime | None]:
    """For what it waits, and until when at most, where that is known."""
    playing = [other for other in others if other.id != run.id and other.status is RunStatus.RUNNING]
    if run.buffered_at is not None:  # its definition plays one run at a time
        before = next((other for other in playing if other.definition_id == run.definition_id), None)
        if before is None:
            return f"waiting for the open run of {run.definition_id}", None
        return f"waiting for run {before.id} of {run.definition_id}", before.deadline_at
    if not playing:
        return "waiting for a worker", None
    count = f"{len(playing)} runs are" if len(playing) > 1 else "a run is"
    return f"waiting for a worker, {count} in progress", None


def _doing(
    run: Run,
    definition: Definition | None,
    sessions: Sequence[SessionResult],
    told: Sequence[ToldStep],
    compared: int,
    is_unwanted: bool,
) -> str:
    if not run.status.is_open:
        return run.reason.partition("\n")[0]
    if is_unwanted:
        return "being cancelled"
    if compared:
        return f"concluding, {compared} {'view' if compared == 1 else 'views'} compared"
    playbooks = {playbook.id: playbook for playbook in definition.plan.playbooks} if definition else {}
    if told:
        return _playing(told, playbooks)
    played = {session.playbook for session in sessions}
    waiting = [playbook for playbook in playbooks if playbook not in played]
    if waiting:
        return f"playing {_nth(waiting[0], playbooks)}"
    return "comparing"


def _nth(playbook_id: str, playbooks: Mapping[PlaybookId, Playbook]) -> str:
    ids: list[str] = [*playbooks]
    if playbook_id not in ids:  # taken out of the plan meanwhile
        return playbook_id
    return f"{playbook_id} ({ids.index(playbook_id) + 1} of {len(ids)})"


def _playing(told: Sequence[ToldStep], playbooks: Mapping[PlaybookId, Playbook]) -> str:
    """Which step is being played now: the first that was not told, as they come in order."""
    last = told[-1]
    again = f", attempt {last.attempt}" if last.attempt > 1 else ""
    playing = f"playing {_nth(last.playbook, playbooks)}{again}"
    playbook = playbooks.get(PlaybookId(last.playbook))
    if playbook is None:
        return playing
    done = {(each.result.step_id, each.result.viewport) for each in told}
    every = [
        (step.id, viewport.name)
        for viewport in playbook.viewports
        for step in playbook.every_step
        if step.is_on(viewport.name)
    ]
    following = [f"{step}@{viewport}, " for step, viewport in every if (step, viewport) not in done]
    return f"{playing}: {following[0] if following else ''}{len(done)} of {len(every)} steps done"


def _progress(ledger: LedgerSession, followed: Sequence[RunId], now: datetime) -> list[Progress]:
    """Of each run that there is, in this order; the same few statements however many they are."""
    runs = ledger.runs.of(followed)
    working = [run_id for run_id, run in runs.items() if run.status.is_open]
    others = ledger.runs.open() if any(run.status is RunStatus.PENDING for run in runs.values()) else []
    definitions = {one.id: one for one in ledger.definitions.all()}
    sessions = ledger.evidence.sessions_of(followed if len(followed) == 1 else working)
    comparisons = ledger.evidence.comparisons_of(working)
    told = ledger.steps.of_runs(working)
    decisions = ledger.reviews.of_runs(working)
    return [
        progress_of(
            runs[run_id],
            definitions.get(runs[run_id].definition_id),
            sessions=sessions.get(run_id, ()),
            compared=len(comparisons.get(run_id, ())),
            is_unwanted=wish_to_cancel(decisions.get(run_id, [])) is not None,
            now=now,
            told=told.get(run_id, ()),
            others=others,
        )
        for run_id in followed
        if run_id in runs
    ]
