"""How an event is kept: what a source told, normalised."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.event import Event
from inspect_pipelines.stored.shape import Shape


def upgrade_event_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """Remarks are new; an event of before has none."""
    return kept


EVENT = Shape("an event", Event, upgrade_event_1_to_2)
