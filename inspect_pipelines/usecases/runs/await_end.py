"""Await the end of a run; a worker that dies on the way is found out."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.reconcile import EVERY_SECONDS, reconcile

POLL_SECONDS = 0.2


def await_end(
    house: House, engine: Engine, handle: str, wanted: Run, *, seen: Callable[[], None] = lambda: None
) -> Run:
    """The concluded run; one whose worker ended before its first step is concluded as `error`.

    Args:
        house: Ports.
        engine: Who launched it.
        handle: What `launch` returned.
        wanted: A run of the ledger.
        seen: Called at each look, for whoever shows what the run is doing.
    """
    looked_at = house.clock.monotonic()
    while True:
        with house.ledger.read() as ledger:
            run = ledger.runs.find(wanted.id)
        assert run is not None  # stored by the caller, and runs are never deleted
        seen()
        if not run.status.is_open:
            return run
        if house.clock.monotonic() - looked_at > EVERY_SECONDS:
            looked_at = house.clock.monotonic()
            _abort_unborn(house, engine, handle, run)
            reconcile(house)
        house.clock.sleep(POLL_SECONDS)


def _abort_unborn(house: House, engine: Engine, handle: str, run: Run) -> None:
    is_buffered = run.buffered_at is not None  # it is launched again when its definition's slot is free
    if run.status is RunStatus.PENDING and not is_buffered and not engine.is_alive(handle):
        reason = f"its worker ended before the first step; see {house.home}/logs"
        abort(house, run.id, RunStatus.ERROR, reason)
