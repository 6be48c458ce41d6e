"""What somebody meant by what they typed: the beginning of an id, or a definition for its latest run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    id: str


@dataclass(frozen=True, slots=True)
class FoundDefinition:
    id: str
    kind: str  # schedule | trigger
