"""The audit: who did what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    seq: int  # grows with time
    happened_at: datetime  # UTC
    actor: str  # `user:NAME`, or `local`
    action: str  # `run.cancel`
    subject: str  # what it was done to: an id
    detail: str  # how they came, and what else is worth remembering
