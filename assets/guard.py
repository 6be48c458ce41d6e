"""What every op does around its work: conclude the run, whatever ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import dagster as dg

from assets.lost import CANCELLED, STOPPED_WITH_UP
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.find_fate import find_fate
from inspect_pipelines.usecases.runs.project import project


@contextmanager
def concluding(house: House, run_id: RunId) -> Iterator[None]:
    """Conclude the run when its op does not reach its end, then let the exception go on to Dagster.

    Dagster's interruption is a BaseException (a terminate, or `dagster/max_runtime`), which `except Exception` misses.
    """
    try:
        yield
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
        with deaf():
            _abort(house, run_id, *_interrupted(house, run_id))
        raise
    except dg.Failure:
        raise
    except InspectError as error:
        _abort(house, run_id, RunStatus.ERROR, str(error))
        raise dg.Failure(description=str(error), allow_retries=False) from error
    except Exception as error:  # the top of an op: a defect of ours must not leave the run open
        _abort(house, run_id, RunStatus.ERROR, f"a defect of ours: {type(error).__name__}: {error}")
        raise


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked this process to end; while the block lasts it is only told, and raised at its end.

    An interruption that is raised wherever the code happens to be loses the evidence of the session that plays just then.
    The second one is raised at once, for somebody who does not want to wait. Without an effect outside of the main
    thread, which signals never reach.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    asked = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise dg.DagsterExecutionInterruptedError
        asked = True

    for number in before:
        signal.signal(number, hear)
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise dg.DagsterExecutionInterruptedError


@contextmanager
def deaf() -> Iterator[None]:
    """Finish what is in the block; interruptions are lost, since the run is on its way to its end already."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupted(house: House, run_id: RunId) -> tuple[RunStatus, str]:
    run = current_run(house, run_id)
    otherwise = RunStatus.CANCELLED, STOPPED_WITH_UP if house.workers.are_ending() else CANCELLED
    return otherwise if run is None else find_fate(house, run, otherwise=otherwise)


def _abort(house: House, run_id: RunId, status: RunStatus, reason: str) -> None:
    abort(
        house, run_id, status, reason
    )  # changes nothing when the run was concluded and only its report failed
    send_waiting(house)
    project(house)
