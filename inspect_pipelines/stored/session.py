"""How a session is kept: what a session of a run saw."""

from __future__ import annotations

from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.stored.shape import Shape

SESSION = Shape("a session", SessionResult)
