"""What the ledger keeps of people's words about pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.domain.ids import DecisionId, DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View


class Decisions(Protocol):
    """Kept for good; what was withdrawn stays, and says so."""

    def add(self, decision: Decision) -> None:
        """Store it; in the audit."""

    def find(self, decision_id: DecisionId) -> Decision | None: ...
    def about(self, set_name: str, views: Collection[View]) -> list[Decision]:
        """Those about views of a baseline set that nobody has withdrawn, proposals left out; oldest first.

        Of a branch's layer also the target's quarantines: a view that nobody can trust is no more to be trusted there.
        """

    def ending(self, kinds: Collection[DecisionKind], *, before: datetime, now: datetime) -> list[Decision]:
        """Those of these kinds that hold now and end before then, the first to end first."""

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[Decision]]:
        """Those that were made on these runs, the withdrawn ones too, oldest first; a run without one is missing."""

    def withdraw(self, decision_id: DecisionId, *, by: str, at: datetime) -> bool:
        """It holds no more; False: it did not. In the audit."""

    def follow(self, decision_ids: Collection[DecisionId], run_id: RunId) -> None:
        """Remember that a run was decided by them; a second time changes nothing."""

    def followers(self, decision_id: DecisionId) -> list[RunId]:
        """The runs that were decided by it, oldest first."""


class Environments(Protocol):
    """What became of environments and a person accepted."""

    def accept(self, accepted: AcceptedEnvironment) -> bool:
        """Keep it, in the audit; False: somebody had accepted it before, and that stands."""

    def revoke(self, change: str, *, by: str, at: datetime, note: str = "") -> bool:
        """Take it back, in the audit; False: it is not accepted."""

    def accepted_of(self, changes: Collection[str]) -> frozenset[str]:
        """Of these changes, those that are accepted."""

    def accepted(self) -> list[AcceptedEnvironment]:
        """All of them, newest first."""


class ReviewQueue(Protocol):
    """What runs show and people are asked about, one a run that asked."""

    def open(self, review: Review) -> None:
        """Store it; the same run a second time changes nothing."""

    def find(self, run_id: RunId) -> Review | None: ...
    def latest(
        self,
        state: ReviewState | None = None,
        *,
        is_single: bool = False,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[Review]:
        """Newest first, by (opened_at, run_id); only what stands behind `before`.

        Args:
            is_single: Without those that ask by their environment alone.
        """

    def waiting_in(self, set_name: str) -> list[Review]:
        """Those of a baseline set that wait, oldest first."""

    def waiting_by_environment(self) -> list[Review]:
        """Those that wait by their environment alone, oldest first."""

    def single_out(self, run_id: RunId) -> None:
        """From now on it asks by what its run shows."""

    def supersede(self, definition_id: DefinitionId, context: str, *, by: RunId) -> None:
        """A newer run has looked at the same: older ones that nobody has decided name it."""

    def mark(self, run_id: RunId, state: ReviewState) -> None:
        """From now on it is decided, or waits again; a superseded one stays so."""
