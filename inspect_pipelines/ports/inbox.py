"""The inbox: what sources delivered, stored before it is acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from inspect_pipelines.domain.event import Delivery
from inspect_pipelines.domain.ids import EventId, OrgId, SourceId


class Stored(StrEnum):
    NEW = "new"
    AGAIN = "again"  # the same delivery id with the same body
    CONFLICT = "conflict"  # the same delivery id with another body; the first one stays


class Inbox(Protocol):
    def store(self, deliveries: Sequence[Delivery]) -> list[Stored]:
        """Keep them durably (fsynced) in one transaction, in order; safe to repeat.

        Raises:
            Unavailable: The disk is full or the file stayed locked; nothing was kept.
        """

    def waiting(self, limit: int = 100) -> list[Delivery]:
        """Not handled yet, oldest first; at most so many, and fewer when their bodies are large."""

    def handled(self, ids: Sequence[EventId]) -> None:
        """Their events are in the ledger; a power cut may take this back, and then they are waiting once more."""

    def find(self, org_id: OrgId, event_id: EventId) -> Delivery | None:
        """An organisation's; None: it has none of that id, or its payload was pruned."""

    def known(self, org_id: OrgId, source_id: SourceId, delivery_ids: Sequence[str]) -> set[str]:
        """Which of a source's delivery ids have arrived for its organisation."""

    def prune(self, *, before: datetime, is_dry_run: bool = False) -> tuple[int, int]:
        """Forget handled payloads received before; (how many, their stored bytes). Their delivery ids stay known."""

    def forget(self, *, before: datetime) -> int:
        """Forget handled deliveries received before, ids and all; returns how many."""

    def close(self) -> None: ...
