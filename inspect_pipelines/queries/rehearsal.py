"""What an event would start: the shape that CLI, JSON and REST share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.domain.match import Fit


@dataclass(frozen=True, slots=True)
class RehearsalSummary:
    """What one trigger would do."""

    trigger_id: str
    answer: Fit
    reason: str
    variables: Mapping[str, str]
    would: str  # all of it in a clause


@dataclass(frozen=True, slots=True)
class RehearsedEvent:
    """An event, and what each trigger that names its kind would do."""

    type: str
    repo: str | None
    problem: str  # why nobody is asked about it; empty: they are
    triggers: tuple[RehearsalSummary, ...]
