"""Watch runs: what each open one is doing now, as far as it has told the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import wish_to_cancel
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

LOOK_EVERY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """One run at one moment."""

    run: Run
    doing: str  # a clause: `playing shop-tour (1 of 2)`; the first reason once it has ended
    elapsed_seconds: float  # since a worker took it, else since it was requested
    left_seconds: float | None  # until its deadline; None: it has none yet, or has ended


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
            seen = _progress(house, ledger, [*followed], now)
        yield seen
        if not any(progress.run.status.is_open for progress in seen) and not stays:
            return
        house.clock.sleep(every_seconds)


def progress_of(
    run: Run,
    definition: Definition | None,
    *,
    played: Sequence[str],
    compared: int,
    is_unwanted: bool,
    now: datetime,
) -> Progress:
    """What a run is doing, by what it has left behind until now.

    Args:
        run: As it is now.
        definition: As it is now; None when it was deleted.
        played: The playbooks with a finished session.
        compared: How many views stand beside the approved ones already.
        is_unwanted: Somebody has asked for its end.
        now: The time, UTC.
    """
    began = run.claimed_at or run.requested_at
    elapsed = ((run.completed_at or now) - began).total_seconds()
    left = None
    if run.status.is_open and run.deadline_at is not None:
        left = (run.deadline_at - now).total_seconds()
    return Progress(run, _doing(run, definition, played, compared, is_unwanted), elapsed, left)


def _doing(
    run: Run, definition: Definition | None, played: Sequence[str], compared: int, is_unwanted: bool
) -> str:
    if not run.status.is_open:
        return run.reason.partition("\n")[0]
    if is_unwanted:
        return "being cancelled"
    if run.status is RunStatus.PENDING:
        waits_for_slot = run.buffered_at is not None
        return (
            f"waiting for the open run of {run.definition_id}" if waits_for_slot else "waiting for a worker"
        )
    if compared:
        return f"concluding, {compared} views compared"
    playbooks = [playbook.id for playbook in definition.plan.playbooks] if definition else []
    waiting = [playbook for playbook in playbooks if playbook not in played]
    if waiting:
        return f"playing {waiting[0]} ({len(playbooks) - len(waiting) + 1} of {len(playbooks)})"
    return "comparing"


def _progress(
    house: House, ledger: LedgerSession, followed: Sequence[RunId], now: datetime
) -> list[Progress]:
    """Of each run that there is, in this order; the same few statements however many they are."""
    runs = ledger.runs.of(followed)
    working = [run_id for run_id, run in runs.items() if run.status.is_open]
    definitions = {one.id: one for one in ledger.definitions.all()}
    sessions, comparisons = (
        ledger.evidence.sessions_of(working),
        ledger.evidence.comparisons_of(working),
    )
    decisions = ledger.reviews.of_runs(working)
    return [
        progress_of(
            runs[run_id],
            definitions.get(runs[run_id].definition_id),
            played=[session.playbook for session in sessions.get(run_id, ())],
            compared=len(comparisons.get(run_id, ())),
            is_unwanted=wish_to_cancel(decisions.get(run_id, [])) is not None,
            now=now,
        )
        for run_id in followed
        if run_id in runs
    ]
