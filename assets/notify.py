"""Last op: wake the sender, move the facts on, and give Dagster the run's status."""

import dagster as dg

from assets.blame import failure, has_failed
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
    """Report deliveries as metadata; a run that failed while every op was content fails here, after people were told."""
    send_waiting(house)
    context.log.info(project(house))
    run = current_run(house, RunId(run_id))
    told = receipts_of(house, RunId(run_id))  # the web process may have sent them by now
    context.add_output_metadata(
        {"deliveries": len(told), "receipts": dict(told), "status": run.status.value if run else "?"}
    )
    if run is not None and run.status not in GREEN and not has_failed(context):
        raise failure(run.id, run.status, run.reason.splitlines())
