"""The graph on one screen: launch session, collect screenshots, compare, conclude, notify."""

import dagster as dg

from assets import tags
from assets.collect_screenshots import collect_screenshots
from assets.compare import compare
from assets.conclude import CHECK_NAME, conclude
from assets.launch_session import launch_session
from assets.notify import notify
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import target_host
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import last_judged

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
            "house": dg.ResourceDefinition.hardcoded_resource(house),
            "io_manager": dg.mem_io_manager,
        },
        executor_def=dg.in_process_executor,  # 5 tiny steps: 4.7 s against 29 s with a process each
    )


def assets_of(definition: Definition, naming: Naming) -> list[dg.AssetSpec]:
    """What a run leaves behind, as Dagster's catalogue shows it before the first run."""
    name = naming.job(definition.id)
    screenshots = dg.AssetSpec(
        [name, "screenshots"],
        group_name=name,
        description=f"The pictures of the latest run of {definition.name}.",
    )
    comparisons = dg.AssetSpec(
        [name, "comparisons"],
        deps=[screenshots],
        group_name=name,
        description=f"How far {definition.name} is from its approved baseline; `score` is plotted over time.",
    )
    return [screenshots, comparisons]


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
                "report": dg.MetadataValue.path(house.reports.url(RunId(last.id))),
            },
        )

    return looks_as_approved
