"""Fourth op: the one judge."""

import dagster as dg

from assets import links
from assets.guard import concluding
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import judge

CHECK_NAME = "looks_as_approved"


@dg.op
def conclude(context: dg.OpExecutionContext, house: dg.ResourceParam[House], run_id: str) -> str:
    """Verdict, facts, notifications and report; the verdict becomes an asset check."""
    with concluding(house, RunId(run_id)):
        conclusion = judge(house, RunId(run_id))
        report = conclusion.report
        status = report.run.status
        context.log.info(f"run {run_id}: {status.value}: {'; '.join(report.verdict.reasons)}")
        review = status is RunStatus.NEEDS_REVIEW
        evaluation = dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey([context.job_name, "comparisons"]),
            check_name=CHECK_NAME,
            passed=status is RunStatus.PASSED,
            severity=dg.AssetCheckSeverity.WARN if review else dg.AssetCheckSeverity.ERROR,
            description=report.verdict.reasons[0] if report.verdict.reasons else status.value,
            metadata={
                "run": run_id,
                "status": status.value,
                "report": links.report(RunId(run_id)),
            },
        )
        context.log_event(evaluation)  # type: ignore[arg-type]  # it takes a check's evaluation; its hint does not say so
    return run_id
