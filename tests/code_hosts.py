"""A code host that knows its answers."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.ports.code_host import FailedDelivery


class KnowingHost:
    """Every pull request changed one file; no delivery failed; it remembers when it was asked."""

    def __init__(self) -> None:
        self.looks: list[datetime] = []

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        return ("src/a",)

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        self.looks.append(since)
        return []

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None: ...
