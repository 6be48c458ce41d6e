"""What the ledger keeps of people's words about pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DecisionId, RunId
from inspect_pipelines.domain.screenshot import View


class Decisions(Protocol):
    """Kept for good; what was withdrawn stays, and says so."""

    def add(self, decision: Decision) -> None:
        """Store it; in the audit."""

    def find(self, decision_id: DecisionId) -> Decision | None: ...
    def about(self, set_name: str, views: Collection[View]) -> list[Decision]:
        """Those about views of a baseline set that nobody has withdrawn, oldest first."""

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[Decision]]:
        """Those that were made on these runs, the withdrawn ones too, oldest first; a run without one is missing."""

    def withdraw(self, decision_id: DecisionId, *, by: str, at: datetime) -> bool:
        """It holds no more; False: it did not. In the audit."""

    def follow(self, decision_ids: Collection[DecisionId], run_id: RunId) -> None:
        """Remember that a run was decided by them; a second time changes nothing."""

    def followers(self, decision_id: DecisionId) -> list[RunId]:
        """The runs that were decided by it, oldest first."""
