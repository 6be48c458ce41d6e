"""Which runs a sensor may ask for: those that have a job and are not on their way to the door already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dagster as dg

from assets import tags
from inspect_pipelines.domain.ids import dagster_name
from inspect_pipelines.domain.run import Run


def to_submit(
    instance: dg.DagsterInstance, jobs: Sequence[dg.JobDefinition], runs: Iterable[Run]
) -> list[Run]:
    """Those of the runs; one whose definition is gone has no job, and asking for it would fail the tick for all."""
    known = {job.name for job in jobs}
    return [
        run for run in runs if dagster_name(run.definition_id) in known and not is_submitted(instance, run)
    ]


def is_submitted(instance: dg.DagsterInstance, run: Run) -> bool:
    """Whether a Dagster run of this origin has not ended."""
    records = instance.get_run_records(dg.RunsFilter(tags={tags.ORIGIN: run.origin}), limit=5)
    return any(not record.dagster_run.is_finished for record in records)
