"""What is used of budgets, and what was told of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import DefinitionId


class Usage(Protocol):
    """Run-minutes of runs that have ended, by the month (`2026-11`, UTC) in which they were claimed."""

    def add(self, definition_id: DefinitionId, month: str, minutes: float) -> None: ...
    def of(self, month: str) -> Mapping[DefinitionId, float]: ...


class Notices(Protocol):
    """Keys of what is told once only."""

    def given(self, keys: Collection[str]) -> frozenset[str]:
        """Those of these keys that people were told of already."""

    def give(self, keys: Collection[str], *, at: datetime) -> None:
        """From now on they were told; a second time changes nothing."""
