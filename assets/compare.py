"""Third op: the pictures beside the approved ones."""

import dagster as dg

from assets import tags
from assets.guard import concluding, interruptible
from assets.thumbnails import changes_of
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs.cancel import asked


@dg.op
def compare(context: dg.OpExecutionContext, house: dg.ResourceParam[House], run_id: str) -> str:
    """Scores per view; they become the definition's `comparisons` asset, whose score the UI plots over time."""
    with concluding(house, RunId(run_id)):
        with interruptible():
            comparisons = compare_run(house, RunId(run_id))
            if wish := asked(house, RunId(run_id)):
                context.instance.report_run_canceling(context.run)  # Dagster calls it failed otherwise
        if wish:
            raise dg.DagsterExecutionInterruptedError
        differing = [comparison for comparison in comparisons if not comparison.passed]
        for comparison in differing:
            context.log.warning(f"{comparison.view}: {comparison.reason}")
        worst = differing[0] if differing else None
        context.log_event(
            dg.AssetMaterialization(
                asset_key=[context.job_name, "comparisons"],
                description=f"run {run_id}",
                metadata={
                    "run": run_id,
                    "score": float(max((c.score for c in comparisons), default=0.0)),
                    "views": len(comparisons),
                    "differing": len(differing),
                    "worst": worst.reason if worst else "",
                    **_paths(house, worst),
                    "report": dg.MetadataValue.path(house.reports.url(RunId(run_id))),
                    "changes": dg.MetadataValue.md(changes_of(house, differing)),
                },
                tags={tags.RUN: run_id},
            )
        )
    return run_id


def _paths(house: House, worst: Comparison | None) -> dict[str, dg.MetadataValue]:
    """Where the pictures of the first differing view lie in full."""
    found = {"overlay": worst.overlay_sha256, "side_by_side": worst.side_by_side_sha256} if worst else {}
    return {name: dg.MetadataValue.path(house.gallery.url(sha)) for name, sha in found.items() if sha}
