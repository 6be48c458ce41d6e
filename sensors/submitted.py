"""Whether a run is on its way to the door already, so that a sensor need not ask for it."""

from __future__ import annotations

import dagster as dg

from assets import tags
from inspect_pipelines.domain.run import Run


def is_submitted(instance: dg.DagsterInstance, run: Run) -> bool:
    """Whether a Dagster run of this origin has not ended."""
    records = instance.get_run_records(dg.RunsFilter(tags={tags.ORIGIN: run.origin}), limit=5)
    return any(not record.dagster_run.is_finished for record in records)
