"""Last op: wake the sender, move the facts on, and give Dagster the run's status."""

import dagster as dg

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.notifications import receipts_of
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.project import project

GREEN = (RunStatus.PASSED, RunStatus.NEEDS_REVIEW, RunStatus.SKIPPED)


@dg.op
def notify(context: dg.OpExecutionContext, house: dg.ResourceParam[House], run_id: str) -> None:
    """Report deliveries as metadata; a failed run fails here, after people were told."""
    send_waiting(house)
    context.log.info(project(house))
    run = current_run(house, RunId(run_id))
    told = receipts_of(house, RunId(run_id))  # the web process may have sent them by now
    context.add_output_metadata(
        {"deliveries": len(told), "receipts": dict(told), "status": run.status.value if run else "?"}
    )
    if run is not None and run.status not in GREEN:
        raise dg.Failure(
            description=f"{run.status.value}: {run.reason}",
            metadata={"report": dg.MetadataValue.path(house.reports.url(run.id))},
            allow_retries=False,
        )
