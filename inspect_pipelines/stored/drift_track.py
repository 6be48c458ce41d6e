"""How a drift track is kept: what a view's passing runs have spent since a person approved its picture."""

from __future__ import annotations

from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.stored.shape import Shape

TRACK = Shape("a drift track", Track)
