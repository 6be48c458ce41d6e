"""The audit: who did what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.way import ITSELF


@dataclass(frozen=True, slots=True)
class AuditEntry:
    seq: int  # grows with time
    happened_at: datetime  # UTC
    actor: str  # `user:NAME`, or `local`
    action: str  # `run.cancel`
    subject: str  # what it was done to: an id
    detail: str  # what else is worth remembering
    via: str = ITSELF  # by what way they came: `console`, `cli`, `api`, `agent NAME`
