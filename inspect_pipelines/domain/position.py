"""A position in a list that is ordered newest first; also where its next page begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Position:
    at: datetime  # UTC; when it was requested, received, opened or made
    id: str  # UUIDv7 text; orders what happened at the same moment
