"""Links: what messages hold to open reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RevokedLinks:
    revoked_at: datetime  # UTC; what was sent before opens nothing
