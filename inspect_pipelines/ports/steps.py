"""The steps of sessions that are being played."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.session import ToldStep


class Steps(Protocol):
    """For whoever watches; once a session has ended, its evidence holds its steps and these are forgotten."""

    def tell(self, run_id: RunId, step: ToldStep) -> None:
        """Keep a step that has just ended."""

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[ToldStep]]:
        """What was told of these runs, oldest first; one of which nothing is known is missing."""

    def forget(self, run_id: RunId) -> None:
        """Drop all that was told of a run."""
