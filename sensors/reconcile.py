"""The sensor that ends what nobody works on any more."""

import dagster as dg

from inspect_pipelines.ports import House
from inspect_pipelines.usecases.expire import expire
from inspect_pipelines.usecases.notify import send_waiting


@dg.sensor(name="reconcile", minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def reconcile(context: dg.SensorEvaluationContext, house: dg.ResourceParam[House]) -> dg.SkipReason:
    """Conclude runs whose worker or Dagster run is gone, and send what waits."""

    def ended(dagster_run_id: str) -> str | None:
        run = context.instance.get_run_by_id(dagster_run_id)
        return run.status.value if run is not None and run.is_finished else None

    concluded = expire(house, dagster_ended=ended)
    send_waiting(house)
    if not concluded:
        return dg.SkipReason("every open run has a worker")
    return dg.SkipReason("concluded: " + ", ".join(f"{run.id} ({run.definition_id})" for run in concluded))
