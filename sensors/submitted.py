"""Which runs a sensor may ask for: those that have a job and are not on their way to the door already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dagster as dg

from assets import tags
from inspect_pipelines.domain.run import Run


@dataclass(frozen=True, slots=True)
class Asked:
    """A run to ask Dagster for."""

    run: Run
    job_name: str

    def request(self, run_key: str) -> dg.RunRequest:
        """The request; two organisations may have runs of the same origin.

        Args:
            run_key: What Dagster remembers of it, unique within the organisation.
        """
        return dg.RunRequest(
            job_name=self.job_name,
            run_key=f"{self.run.org_id}/{run_key}",
            tags={tags.ORIGIN: self.run.origin, tags.ORG: self.run.org_id},
        )


def to_submit(
    instance: dg.DagsterInstance, jobs: Sequence[dg.JobDefinition], runs: Iterable[Run]
) -> list[Asked]:
    """Those of the runs; one whose definition is gone has no job, and asking for it would fail the tick for all."""
    names = {(job.run_tags[tags.ORG], job.run_tags[tags.DEFINITION]): job.name for job in jobs}
    return [
        Asked(run, names[run.org_id, run.definition_id])
        for run in runs
        if (run.org_id, run.definition_id) in names and not is_submitted(instance, run)
    ]


def is_submitted(instance: dg.DagsterInstance, run: Run) -> bool:
    """Whether a Dagster run of this origin has not ended."""
    its = {tags.ORIGIN: run.origin, tags.ORG: run.org_id}
    records = instance.get_run_records(dg.RunsFilter(tags=its), limit=5)
    return any(not record.dagster_run.is_finished for record in records)
