"""What every op does around its work: conclude the run, whatever ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports import House
from inspect_pipelines.usecases.cancel import asked
from inspect_pipelines.usecases.conclude import abort
from inspect_pipelines.usecases.notify import send_waiting
from inspect_pipelines.usecases.project import project


@contextmanager
def concluding(house: House, run_id: RunId) -> Iterator[None]:
    """Conclude the run when its op does not reach its end, then let the exception go on to Dagster.

    Dagster's interruption is a BaseException (a terminate, or `dagster/max_runtime`), which `except Exception` misses.
    """
    try:
        yield
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
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


def _interrupted(house: House, run_id: RunId) -> tuple[RunStatus, str]:
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
    if run is not None and run.deadline_at is not None and house.clock.now() >= run.deadline_at:
        return RunStatus.TIMEOUT, f"it did not end within its {run.timeout_minutes} minutes"
    return RunStatus.CANCELLED, asked(house, run_id) or "cancelled in Dagster"


def _abort(house: House, run_id: RunId, status: RunStatus, reason: str) -> None:
    abort(
        house, run_id, status, reason
    )  # changes nothing when the run was concluded and only its report failed
    send_waiting(house)
    project(house)
