"""Which op of a run is red in Dagster: the one that showed what is wrong, not the one that came last."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from assets import links
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import foresee

MOST_REASONS = 10
BAD = (RunStatus.FAILED, RunStatus.TIMEOUT, RunStatus.ERROR)

# An op that fails after its output does not keep the ones behind it from their work: a run that fails is judged, and
# people are told. The name is Dagster's own, since `engine/warm/jobs.py` knows by it what needs no process a step.
EXECUTOR = dg.in_process_executor.configured(
    {"step_dependency_config": {"require_upstream_step_success": False}}, name="in_process"
)


def failure_of_sessions(house: House, run_id: RunId) -> dg.Failure | None:
    """What to raise once the sessions are played and their output is given; None: nothing is wrong with them."""
    verdict = foresee(house, run_id, with_comparisons=False)
    return failure(run_id, verdict.run_status, verdict.reasons) if verdict.run_status in BAD else None


def failure_of_comparisons(house: House, run_id: RunId) -> dg.Failure | None:
    """The same for the comparisons; None also when the sessions are to blame already."""
    verdict = foresee(house, run_id)
    if verdict.run_status not in BAD or failure_of_sessions(house, run_id) is not None:
        return None
    return failure(run_id, verdict.run_status, verdict.reasons)


def has_failed(context: dg.OpExecutionContext) -> bool:
    """Whether an earlier op of this Dagster run is red."""
    failed = dg.DagsterEventType.STEP_FAILURE
    return bool(context.instance.all_logs(context.run_id, of_type=failed))


def failure(run_id: RunId, status: RunStatus, reasons: Sequence[str]) -> dg.Failure:
    """A run's bad end, in a few sentences and with a link to its report."""
    shown = [*reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        shown.append(f"and {len(reasons) - MOST_REASONS} more: see the report")
    return dg.Failure(
        description="\n".join([f"{status.value}: {shown[0] if shown else 'no reason given'}", *shown[1:]]),
        metadata={"report": links.report(run_id)},
        allow_retries=False,
    )
