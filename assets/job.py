"""The graph on one screen: launch session, collect screenshots, compare, conclude, notify."""

from collections.abc import Callable, Iterator

import dagster as dg

from assets import links, tags
from assets.blame import EXECUTOR
from assets.collect_screenshots import collect_screenshots
from assets.compare import compare
from assets.conclude import CHECK_NAME, conclude
from assets.launch_session import launch_session
from assets.notify import notify
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import target_host
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import last_judged

Start = Callable[
    [DefinitionId, str], tuple[Run, str]
]  # (what to run, asked by which Dagster run) -> (run, its Dagster run)

BACKSTOP_SECONDS = 120  # the ledger's deadline comes first; Dagster ends what did not heed it


@dg.graph
def inspect_run() -> None:
    """One run of a definition, left to right."""
    notify(conclude(compare(collect_screenshots(launch_session()))))


def job_of(definition: Definition, naming: Naming, house: House) -> dg.JobDefinition:
    """The job of a definition, launchable without any config; its ops see its organisation's house and no other."""
    run_tags = {
        tags.ORG: definition.org_id,
        tags.DEFINITION: definition.id,
        tags.MAX_RUNTIME: str(definition.plan.timeout_minutes * 60 + BACKSTOP_SECONDS),
    }
    if definition.plan.priority:
        run_tags[tags.PRIORITY] = str(definition.plan.priority)
    if definition.plan.repo:
        run_tags[naming.tag(tags.REPO)] = definition.plan.repo
    if host := target_host(definition.plan):
        run_tags[naming.tag(tags.HOST)] = host
    return inspect_run.to_job(
        name=naming.job(definition.id),
        description=f"{definition.name}: {', '.join(playbook.name for playbook in definition.plan.playbooks)}",
        tags=run_tags,
        run_tags=run_tags,
        resource_defs={
            "house": dg.ResourceDefinition.hardcoded_resource(house.of_run()),
            "io_manager": dg.mem_io_manager,
        },
        executor_def=EXECUTOR,  # in one process: 5 tiny steps take 4.7 s, against 29 s with a process each
    )


def assets_of(definition: Definition, naming: Naming, start: Start) -> dg.AssetsDefinition:
    """What a run leaves behind; *Materialize* in Dagster's UI asks for a run of the job, which does so.

    The run is one of its own: an asset's own run knows no definition, and one may be asked for several of them.
    """
    name = naming.job(definition.id)
    screenshots = dg.AssetSpec(
        [name, "screenshots"],
        group_name=name,
        description=f"The pictures of the latest run of {definition.name}.",
        skippable=True,
    )
    comparisons = dg.AssetSpec(
        [name, "comparisons"],
        deps=[screenshots],
        group_name=name,
        description=f"How far {definition.name} is from its approved baseline; `score` is plotted over time.",
        skippable=True,
    )

    @dg.multi_asset(name=f"{name}__ask", specs=[screenshots, comparisons], can_subset=True)
    def ask(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
        """Asks for a run of the job, which materializes both assets at its end."""
        run, dagster_run_id = start(definition.id, context.run.run_id)
        context.log.info(f"asked for run {run.id} of {definition.id!r}: Dagster run {dagster_run_id}")
        context.instance.add_run_tags(context.run.run_id, {tags.RUN: run.id})
        yield from ()  # nothing is materialized here

    return ask


def check_of(definition: Definition, naming: Naming, house: House) -> dg.AssetChecksDefinition:
    """The verdict as an asset check: runs log its evaluations; executed by hand it repeats the last run's verdict."""
    name = naming.job(definition.id)

    @dg.asset_check(
        asset=dg.AssetKey([name, "comparisons"]),
        name=CHECK_NAME,
        description=f"Whether {definition.name} looks as approved.",
    )
    def looks_as_approved() -> dg.AssetCheckResult:
        last = last_judged(house, definition.id)
        if last is None:
            return dg.AssetCheckResult(
                passed=False, severity=dg.AssetCheckSeverity.WARN, description="no run has ended yet"
            )
        review = last.status is RunStatus.NEEDS_REVIEW
        return dg.AssetCheckResult(
            passed=last.status is RunStatus.PASSED,
            severity=dg.AssetCheckSeverity.WARN if review else dg.AssetCheckSeverity.ERROR,
            description=last.reason,
            metadata={
                "run": last.id,
                "status": last.status.value,
                "report": links.report(RunId(last.id)),
            },
        )

    return looks_as_approved
