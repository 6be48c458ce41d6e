"""Baselines, as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.position import Position


class Baselines(Protocol):
    def active(self, set_name: str) -> Baseline | None: ...
    def of_a_person(self, set_name: str, *, before: Position) -> Baseline | None:
        """The newest one before that place that somebody approved, and no rule; deleted ones count: they were approved."""

    def in_use(self) -> list[Baseline]:
        """The active one of each set, by the set's name; one statement however many they are."""

    def layers(self, set_name: str) -> list[Baseline]:
        """The active layer of each branch of a set, by the branch's name."""

    def resting(self, *, before: datetime) -> list[str]:
        """The names of layers in use whose branch was closed before then or, where nobody said so, has neither an approval nor a run since."""

    def close(self, names: Collection[str], *, at: datetime | None) -> None:
        """Nobody works on the branches of these layers any more; None: somebody does again. A new approval opens one, too."""

    def expire(self, name: str, *, by: str, at: datetime) -> None:
        """Take a layer out of use, and all that was approved on it out of sight; in the audit."""

    def find(self, baseline_id: BaselineId) -> Baseline | None: ...
    def all(
        self,
        set_name: str | None = None,
        *,
        before: Position | None = None,
        limit: int | None = None,
        with_deleted: bool = False,
        branch: str | None = None,
    ) -> list[Baseline]:
        """Newest first, by (created_at, id); only what stands behind `before`, and of one branch (`""`: the target's)."""

    def add(self, baseline: Baseline) -> None:
        """Store and make it the one active baseline of its set."""

    def activate(self, baseline_id: BaselineId, *, at: datetime) -> None: ...
    def delete(self, baseline_id: BaselineId, *, by: str, at: datetime) -> None:
        """Keep it out of lists and of going back from now on; the active one stays. It is in the audit."""

    def restore(self, baseline_id: BaselineId, *, by: str, at: datetime) -> None:
        """Undo that."""
