"""What a sweep asks of the ledger: what is old enough to go, and to let it go. Nothing that something open needs is ever named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import BaselineId, EventId, RunId, Sha256


class Expiry(Protocol):
    """Of one organisation. All times are in UTC; `before` is exclusive."""

    def to_thin(self, *, ended_before: datetime) -> Mapping[RunId, bool]:
        """Runs, oldest first, of which all pictures are kept still, and whether each has passed; not those that wait for a person."""

    def to_bare(self, *, ended_before: datetime) -> list[RunId]:
        """Runs, oldest first, that refer to some picture still; not those that wait for a person."""

    def thin(self, kept: Mapping[RunId, Collection[Sha256]], *, at: datetime) -> None:
        """From now on each run refers to these pictures only."""

    def to_empty(self, *, ended_before: datetime) -> Mapping[RunId, int]:
        """Runs, oldest first, whose evidence is kept still, and its bytes; not those that wait for a person."""

    def empty(self, runs: Collection[RunId], *, at: datetime) -> None:
        """Forget what their sessions and comparisons said, with their steps."""

    def emptied_at(self, run_id: RunId) -> datetime | None:
        """When the evidence of a run went; None: it did not."""

    def to_release(self, *, retired_before: datetime) -> list[BaselineId]:
        """Baselines that went out of use before, and are not what a person approved last in a set that is in use."""

    def release(self, baselines: Collection[BaselineId], *, at: datetime) -> None:
        """Their pictures are not kept for them any longer; who approved what stays."""

    def events(self, *, before: datetime) -> list[EventId]:
        """Decided ones that were received before."""

    def forget_events(self, events: Collection[EventId]) -> None:
        """With what triggers made of them."""

    def messages(self, *, before: datetime) -> list[str]:
        """Ids of notifications that wait for nothing, and belong to no incident that is open."""

    def facts_forgotten(self) -> datetime | None:
        """Facts of before this time were forgotten; None: none ever were."""

    def forget_facts(self, *, before: datetime) -> None:
        """Note that facts of before are not kept; never less than was noted already."""

    def forget_messages(self, ids: Collection[str]) -> None:
        """With the attempts to deliver them."""
