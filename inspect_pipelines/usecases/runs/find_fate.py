"""Find the fate of a run whose worker stops before its end: its deadline's, a person's, or what the caller saw."""

from __future__ import annotations

from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.cancel import asked


def find_fate(house: House, run: Run, *, otherwise: tuple[RunStatus, str]) -> tuple[RunStatus, str]:
    """How the run is to end, and why.

    Args:
        house: Ports.
        run: Open.
        otherwise: When its deadline is not over and nobody wants it cancelled.
    """
    if run.deadline_at is not None and house.clock.now() >= run.deadline_at:
        return RunStatus.TIMEOUT, f"it did not end within its {run.timeout_minutes} minutes"
    if wish := asked(house, run.id):
        return RunStatus.CANCELLED, wish
    return otherwise
