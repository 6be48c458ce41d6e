"""How an event is kept: what a source told, normalised."""

from __future__ import annotations

from inspect_pipelines.domain.event import Event
from inspect_pipelines.stored.shape import Shape

EVENT = Shape("an event", Event)
