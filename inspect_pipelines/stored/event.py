"""How an event is kept: what a source told, normalised."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.event import Event
from inspect_pipelines.stored.shape import Shape


def upgrade_event_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """Remarks are new; an event of before has none."""
    return kept


def upgrade_event_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """More kinds of sources tell events; those of before are what they were."""
    return kept


EVENT = Shape("an event", Event, upgrade_event_1_to_2, upgrade_event_2_to_3)
