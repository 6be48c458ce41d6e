"""How a library is kept: playbooks and calendars."""

from __future__ import annotations

from inspect_pipelines.domain.library import Library
from inspect_pipelines.stored.shape import Shape

LIBRARY = Shape("a library", Library)
