"""Pauses: what fires nothing for a while, of one definition or of the whole organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause


class Pauses(Protocol):
    def add(self, pause: Pause) -> None:
        """Store it; the same id a second time changes nothing."""

    def lift(self, definition_id: DefinitionId | None, *, now: datetime, by: str) -> int:
        """End the pauses of exactly this definition (None: of the whole organisation); returns how many there were."""

    def active(self, definition_id: DefinitionId | None, now: datetime) -> tuple[Pause, ...]:
        """Those that hold now for this definition, the organisation's included; oldest first."""

    def listed(self, now: datetime) -> tuple[Pause, ...]:
        """Every one that holds now, of all definitions and of the organisation; oldest first."""

    def of(self, definition_id: DefinitionId | None) -> tuple[Pause, ...]:
        """Every one that this definition ever had, the organisation's included; oldest first."""
