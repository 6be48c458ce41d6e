"""Expire runs that nobody works on any more, so that nothing stays open for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from inspect_pipelines.domain.occurrence import SHORTEST_PATIENCE, patience
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.cancel import asked
from inspect_pipelines.usecases.runs.conclude import abort, record_end

DEADLINE_GRACE = timedelta(seconds=90)  # a worker ends its own sessions at the deadline; this is the backstop


def expire(house: House, *, dagster_ended: Callable[[str], str | None] = lambda _: None) -> list[Run]:
    """Conclude every open run whose worker is gone, whose deadline is long over, or that was never launched.

    Args:
        dagster_ended: Says how a Dagster run ended ("FAILURE", "CANCELED", ..), None while it may still be running or
            when nobody can tell.

    Returns:
        The runs that this call concluded.
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
    fate = _fate(house, run, dagster_ended, now)
    return fate is not None and abort(house, run.id, *fate).was_first


def _fate(
    house: House, run: Run, dagster_ended: Callable[[str], str | None], now: datetime
) -> tuple[RunStatus, str] | None:
    if run.deadline_at is not None and run.deadline_at + DEADLINE_GRACE < now:
        return RunStatus.TIMEOUT, f"it did not end within its {run.timeout_minutes} minutes"
    if house.workers.is_alive(run.dagster_run_id or ""):
        return None
    if wish := asked(house, run.id):
        return RunStatus.CANCELLED, wish
    how = dagster_ended(run.dagster_run_id or "")
    if how == "CANCELED":
        return RunStatus.CANCELLED, "cancelled in Dagster"
    detail = f" (Dagster says {how!r})" if how else ""
    return RunStatus.ERROR, f"its worker died before the run was concluded{detail}; start it again"


def _skip(house: House, run: Run, now: datetime) -> bool:
    with house.ledger.write() as ledger:
        current = ledger.runs.find(run.id)
        if current is None or current.status is not RunStatus.PENDING:
            return False  # a worker took it since we looked
        definition = ledger.definitions.find(run.definition_id)
        if current.is_bound_to_wait and definition is not None:
            return False
        allowed = patience(definition, run.nominal_at)
        if run.requested_at + allowed >= now:
            return False
        detail = f"no worker took it within {allowed // timedelta(minutes=1)} minutes"
        skipped = current.skipped(SkipReason.QUEUE_TIMEOUT, detail, now=now)
        return record_end(ledger, skipped, definition, at=now, kinds=house.kinds) is not None
