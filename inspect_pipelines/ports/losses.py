"""Runs that were lost with their machine and start again elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.loss import Loss
from inspect_pipelines.domain.run import Run


class Losses(Protocol):
    """One organisation's; a row for each run that was given back, which happens to a run once."""

    def give_back(self, run: Run, *, host: str, at: datetime) -> bool:
        """Let a running run wait for a worker again; False, and nothing is changed: it has been given back before, or is
        not its Dagster run's any more.
        """

    def of(self, run_id: RunId) -> Loss | None: ...
    def taken_from(self, dagster_run_ids: Collection[str]) -> frozenset[str]:
        """Those of these Dagster runs from which a run was taken."""
