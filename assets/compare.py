"""Third op: the pictures beside the approved ones."""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets import links, tags
from assets.blame import failure_of_comparisons
from assets.guard import concluding, interruptible
from assets.thumbnails import changes_of
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs.cancel import asked


@dg.op(out={"compared": dg.Out(str)})
def compare(
    context: dg.OpExecutionContext, house: dg.ResourceParam[House], run_id: str
) -> Iterator[dg.Output[str]]:
    """Scores per view; they become the definition's `comparisons` asset, whose score the UI plots over time."""
    with concluding(house, RunId(run_id)):
        with interruptible():
            comparisons = compare_run(house, RunId(run_id))
            if wish := asked(house, RunId(run_id)):
                context.instance.report_run_canceling(context.run)  # Dagster calls it failed otherwise
        if wish:
            raise dg.DagsterExecutionInterruptedError
        differing = worst_first(comparisons)
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
                    "views": sum(1 for c in comparisons if c.was_run),
                    "differing": len(differing),
                    "worst": f"{worst.view}: {worst.reason}" if worst else "",
                    **_pictures(RunId(run_id), worst),
                    "report": links.report(RunId(run_id)),
                    "changes": dg.MetadataValue.md(changes_of(house, RunId(run_id), differing)),
                },
                tags={tags.RUN: run_id},
            )
        )
        blamed = failure_of_comparisons(house, RunId(run_id))
    yield dg.Output(run_id, "compared")
    if blamed is not None:
        raise blamed  # the ops behind it have what they need: `blame.EXECUTOR`


def worst_first(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Those that do not pass, the largest score first."""
    return sorted((each for each in comparisons if not each.passed), key=lambda each: -each.score)


def _pictures(run_id: RunId, worst: Comparison | None) -> dict[str, dg.MetadataValue]:
    """The pictures of the worst view in full."""
    found = {"overlay": worst.overlay_sha256, "side_by_side": worst.side_by_side_sha256} if worst else {}
    return {name: links.picture(run_id, sha) for name, sha in found.items() if sha}
