"""Cancel a run: the wish is stored first, then its worker is told, and what does not listen is concluded all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import CANCEL_REQUESTED, wish_to_cancel
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.errors import InspectError, NotFound, Refused
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.runs.conclude import abort, record_end

HEED_SECONDS = 0.6  # a worker that plays looks for the wish five times a second
FINISH_SECONDS = 0.6  # one that has heard it keeps its evidence and concludes by itself
SIGNAL_SECONDS = 0.5  # one that does other work is interrupted, and concludes on its way out
LOOK_EVERY_SECONDS = 0.05
LISTEN_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Cancelled:
    run: Run  # as it is now: cancelled, unless it reached another end in the same moment
    was_open: bool  # False: somebody had cancelled it before
    is_ours: bool = False  # this call stored its end, so nobody else moves its facts and messages on


def cancel(
    house: House, run_id: RunId, engines: Callable[[], Sequence[Engine]], *, by: str, reason: str = ""
) -> Cancelled:
    """End a run because a person says so, within two seconds; repeating it changes nothing.

    Args:
        house: Ports.
        run_id: A run of the ledger.
        engines: Who may be able to terminate its Dagster run, the likeliest first; asked only when the worker does not
            conclude by itself.
        by: Who asks, `user:NAME`.
        reason: Why; shown with the run.

    Raises:
        NotFound: There is no such run.
        Refused: It has ended otherwise.
    """
    run, was_open = _store_wish(house, run_id, by, reason.strip())
    if not run.status.is_open:
        return Cancelled(run, was_open, is_ours=was_open)
    ended = _awaited(house, run_id, HEED_SECONDS)
    if ended is None and _has_heard(house, run_id):
        ended = _awaited(house, run_id, FINISH_SECONDS)
    if ended is None:
        _terminate(run, engines())
        ended = _awaited(house, run_id, SIGNAL_SECONDS)
    if ended is not None:
        return Cancelled(ended, was_open=True)
    end = abort(house, run_id, RunStatus.CANCELLED, asked(house, run_id) or "cancelled")
    return Cancelled(end.report.run, was_open=True, is_ours=end.was_first)


def asked(house: House, run_id: RunId) -> str | None:
    """Who wants the run cancelled and why, as a sentence; None when nobody does."""
    with house.ledger.read() as ledger:
        return _sentence(ledger, run_id)


def listener(house: House, run_id: RunId) -> Callable[[], bool]:
    """Says whether somebody wants the run cancelled; cheap enough to be asked ten times a second."""
    looked_at: float | None = None
    heard = False

    def is_cancelled() -> bool:
        nonlocal looked_at, heard
        now = house.clock.monotonic()
        if not heard and (looked_at is None or now - looked_at >= LISTEN_EVERY_SECONDS):
            looked_at = now
            heard = asked(house, run_id) is not None
        return heard

    return is_cancelled


def _store_wish(house: House, run_id: RunId, by: str, reason: str) -> tuple[Run, bool]:
    """The run with the wish beside it, and whether it was open; one that nobody has begun ends here."""
    now = house.clock.now()
    with house.ledger.write() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs list")
        if run.status is RunStatus.CANCELLED:
            return run, False
        if not run.status.is_open:
            raise Refused(
                f"run {run.id!r} cannot be cancelled: it has already ended as {run.status.value!r}, and that never "
                f"changes; look at it with: inspect-pipelines runs show {run.id}"
            )
        if _sentence(ledger, run_id) is None:
            ledger.reviews.append(run.id, CANCEL_REQUESTED, by=by, detail=reason, at=now)
        if run.status is RunStatus.RUNNING:
            return run, True
        ended = run.concluded(RunStatus.CANCELLED, _sentence(ledger, run_id) or "cancelled", now=now)
        record_end(ledger, ended, ledger.definitions.find(run.definition_id), at=now, kinds=house.kinds)
        return ended, True


def _sentence(ledger: LedgerSession, run_id: RunId) -> str | None:
    return wish_to_cancel(ledger.reviews.of_run(run_id))


def _awaited(house: House, run_id: RunId, seconds: float) -> Run | None:
    """The run once it has ended, None when it has not within that time."""
    deadline = house.clock.monotonic() + seconds
    while True:
        with house.ledger.read() as ledger:
            run = ledger.runs.find(run_id)
        if run is not None and not run.status.is_open:
            return run
        if house.clock.monotonic() >= deadline:
            return None
        house.clock.sleep(LOOK_EVERY_SECONDS)


def _has_heard(house: House, run_id: RunId) -> bool:
    with house.ledger.read() as ledger:
        return any(session.status is SessionStatus.CANCELLED for session in ledger.evidence.sessions(run_id))


def _terminate(run: Run, engines: Sequence[Engine]) -> None:
    for engine in engines:
        try:
            engine.terminate(run.dagster_run_id or "")
        except InspectError:
            continue  # that one does not know the run, or does not answer; the ledger's word stands either way
        return
