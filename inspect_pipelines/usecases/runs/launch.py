"""Launch: what an engine needs to execute a run that is stored as pending."""

from __future__ import annotations

from inspect_pipelines.domain.ids import dagster_name
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.engine import Launch


def launch_of(run: Run) -> Launch:
    """The run by its origin, which its first op shows at the door."""
    return Launch(dagster_name(run.definition_id), run.origin, {"inspect/origin": run.origin})
