"""How a batch is kept: events that wait for one run."""

from __future__ import annotations

from inspect_pipelines.domain.debounce import Batch
from inspect_pipelines.stored.shape import Shape

BATCH = Shape("a batch", Batch)
