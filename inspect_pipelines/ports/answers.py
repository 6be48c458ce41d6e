"""The ledger's part for events: what came of each at each trigger, and which of them are one run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.answer import Answer
from inspect_pipelines.domain.debounce import Batch
from inspect_pipelines.domain.ids import DefinitionId, EventId, RunId


class Answers(Protocol):
    """What came of each event at each trigger that names its kind."""

    def add(self, decision: Answer) -> bool:
        """Keep it; False when this event (or this replay of it) was decided for this trigger before."""

    def add_all(self, decisions: Sequence[Answer]) -> None:
        """Keep those that are new."""

    def decided(self, event_id: EventId, replay: str) -> set[DefinitionId]:
        """The triggers that have decided about it."""

    def of_event(self, event_id: EventId) -> list[Answer]:
        """Oldest first, with those of its replays."""

    def of_events(self, event_ids: Collection[EventId]) -> Mapping[EventId, list[Answer]]:
        """Of those that have any, oldest first each; one statement however many they are."""

    def of_run(self, run_id: RunId) -> list[Answer]:
        """Of every event that the run knows of, oldest first."""

    def latest(self, trigger_id: DefinitionId, limit: int = 20) -> list[Answer]:
        """A trigger's, newest first."""


class Batches(Protocol):
    """Events that are one run, or will be."""

    def add(self, batch: Batch) -> None: ...
    def save(self, batch: Batch) -> None:
        """Replace one that was added."""

    def close(self, batch: Batch, run_id: RunId) -> None:
        """Note its run, on its decisions too."""

    def drop(self, batch: Batch, reason: str) -> None:
        """Forget an open one; its events are decided as `no` with this reason."""

    def waiting(self, trigger_id: DefinitionId, key: str) -> Batch | None:
        """The one that a further event may join: open, or else the newest whose run is still pending."""

    def played(self, trigger_id: DefinitionId, key: str) -> list[RunId]:
        """The runs of closed ones with this key that are open, oldest first."""

    def find(self, batch_id: str) -> Batch | None: ...
    def due(self, now: datetime, limit: int = 100) -> list[Batch]:
        """Open ones whose time has come, the longest due first."""

    def open(self) -> list[Batch]:
        """Oldest first."""
