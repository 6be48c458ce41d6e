"""Launch a run that is stored as pending, and say what an engine needs for that."""

from __future__ import annotations

from inspect_pipelines.domain.ids import dagster_name
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.engine import Engine, Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort


def launch(house: House, engine: Engine, run: Run) -> str:
    """Have the engine execute it and return its handle; a run that nobody starts ends as `error`, never left to wait.

    Raises:
        InspectError: Nobody started it; why is also the run's reason.
    """
    try:
        return engine.launch(launch_of(run))
    except InspectError as error:
        abort(house, run.id, RunStatus.ERROR, str(error))
        raise


def launch_of(run: Run) -> Launch:
    """The run by its origin, which its first op shows at the door."""
    return Launch(dagster_name(run.definition_id), run.origin, {"inspect/origin": run.origin})
