"""Launch a run that is stored as pending, and say what an engine needs for that."""

from __future__ import annotations

from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.engine import ORG_TAG, ORIGIN_TAG, Engine, Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort


def launch(house: House, engine: Engine, run: Run) -> str:
    """Have the engine execute it and return its handle; a run that nobody starts ends as `error`, never left to wait.

    Raises:
        InspectError: Nobody started it; why is also the run's reason.
    """
    try:
        return engine.launch(launch_of(house, run))
    except Exception as error:
        # An engine's databases fail in words of their own, and the run must not wait for ever.
        abort(house, run.id, RunStatus.ERROR, str(error) or type(error).__name__)
        raise


def launch_of(house: House, run: Run) -> Launch:
    """The run by its organisation and origin, which its first op shows at the door."""
    with house.ledger.read() as ledger:
        naming = ledger.organizations.naming()
    tags = {ORIGIN_TAG: run.origin, ORG_TAG: run.org_id}
    return Launch(naming.job(run.definition_id), run.origin, tags)
