"""Run now: store the wish for a run, and have it executed at once by whoever is up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.launch import launch
from inspect_pipelines.usecases.runs.retry import retry
from inspect_pipelines.usecases.runs.start import request

NOBODY = "nobody executes runs now, so nothing was started; start it with: inspect-pipelines up"


def run_now(
    house: House,
    engine: Callable[[], Engine | None],
    definition_id: DefinitionId,
    variables: Mapping[str, str],
    *,
    by: str,
    key: str,
    branch: str = "",
    selection: Selection = WHOLE,
    against: str = "",
) -> Run:
    """The run, under way; the same key finds the same run, and starts nothing.

    Args:
        house: Ports.
        engine: Whoever executes runs now; None: nobody is up.
        definition_id: A schedule or trigger.
        variables: Of its playbooks.
        by: Who asks.
        key: Theirs, for this wish.
        branch: What is looked at; empty: the target.
        selection: The part of its plan that is to be played.
        against: As `start.request`.

    Raises:
        NotFound: The organisation has no such definition.
        UsageError: A value is missing or unknown, or the selection names what is not there.
        Unavailable: Nobody executes runs; nothing was stored.
    """
    executes = _present(engine)
    run = request(
        house,
        definition_id,
        variables,
        by=by,
        key=key,
        branch=branch,
        selection=selection,
        against=against,
    )
    if run.status is RunStatus.PENDING and run.dagster_run_id is None:
        launch(house, executes, run)
    return run


def retry_now(house: House, engine: Callable[[], Engine | None], run_id: RunId, *, by: str) -> Run:
    """A run like that one, under way; raises as `retry`, and `Unavailable` when nobody executes runs."""
    executes = _present(engine)
    run = retry(house, run_id, by=by)
    launch(house, executes, run)
    return run


def _present(engine: Callable[[], Engine | None]) -> Engine:
    found = engine()
    if found is None:
        raise Unavailable(NOBODY)
    return found
