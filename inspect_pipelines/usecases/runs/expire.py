"""Expire runs that nobody works on any more, so that nothing stays open for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from inspect_pipelines.domain.occurrence import SHORTEST_PATIENCE, patience
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort, record_end
from inspect_pipelines.usecases.runs.lose import lose

DEADLINE_GRACE = timedelta(seconds=90)  # a worker ends its own sessions at the deadline; this is the backstop


def expire(house: House, *, dagster_ended: Callable[[str], str | None] = lambda _: None) -> list[Run]:
    """Conclude every open run whose worker is gone, whose deadline is long over, or that was never launched.

    One that was lost with its machine before its first picture waits again instead, once.

    Args:
        dagster_ended: Says how a Dagster run ended ("FAILURE", "CANCELED", ..), None while it may still be running or
            when nobody can tell.

    Returns:
        The runs that this call concluded, or let wait again.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        open_runs = ledger.runs.open()
    ended = []
    for run in open_runs:
        try:
            if _ended(house, run, dagster_ended, now):
                ended.append(run)
        except InspectError:
            continue  # one run's unwritable report must not cost the others their end; the next look tries again
    return ended


def _ended(house: House, run: Run, dagster_ended: Callable[[str], str | None], now: datetime) -> bool:
    if run.status is RunStatus.PENDING:
        return run.requested_at + SHORTEST_PATIENCE < now and _skip(house, run, now)
    if run.deadline_at is not None and run.deadline_at + DEADLINE_GRACE < now:
        why = f"it did not end within its {run.timeout_minutes} minutes"
        return abort(house, run.id, RunStatus.TIMEOUT, why).was_first
    if not house.workers.is_gone(run.dagster_run_id or ""):
        return False
    how = dagster_ended(run.dagster_run_id or "")
    otherwise = RunStatus.CANCELLED, "cancelled in Dagster"
    if how != "CANCELED":
        detail = f" (Dagster says {how!r})" if how else ""
        otherwise = (
            RunStatus.ERROR,
            f"its worker died before the run was concluded{detail}; start it again",
        )
    return lose(house, run, otherwise=otherwise) is not None


def _skip(house: House, run: Run, now: datetime) -> bool:
    with house.ledger.write() as ledger:
        current = ledger.runs.find(run.id)
        if current is None or current.status is not RunStatus.PENDING:
            return False  # a worker took it since we looked
        definition = ledger.definitions.find(run.definition_id)
        if current.is_bound_to_wait and definition is not None:
            return False
        allowed = patience(definition, run.nominal_at)
        loss = ledger.losses.of(run.id)
        if (loss.at if loss else run.requested_at) + allowed >= now:
            return False
        detail = f"no worker took it within {allowed // timedelta(minutes=1)} minutes"
        skipped = current.skipped(SkipReason.QUEUE_TIMEOUT, detail, now=now)
        return record_end(ledger, skipped, definition, at=now, kinds=house.kinds) is not None
