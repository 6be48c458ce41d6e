"""How a baseline is kept: approved pictures."""

from __future__ import annotations

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.stored.shape import Shape

BASELINE = Shape("a baseline", Baseline)
