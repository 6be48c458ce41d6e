"""A kept answer: the same request again, under the key that its sender gave it, gets the same answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import OrgId

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=5)  # of one that never ended: its process died under it
KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    org_id: OrgId
    asker: str  # a key is its sender's own
    key: str
    fingerprint: str  # of method, address and body
    begun_at: datetime  # UTC
    status: int | None = None  # None: it has not been answered yet
    body: str = ""
    etag: str | None = None  # of what was answered, as it was then
    location: str | None = None  # where what was made is

    def answered(
        self, status: int, body: str, *, etag: str | None = None, location: str | None = None
    ) -> KeptAnswer:
        return replace(self, status=status, body=body, etag=etag, location=location)

    def is_given_up(self, now: datetime) -> bool:
        """Whether it began so long ago without an end that its process must have died."""
        return self.status is None and now - self.begun_at > GIVEN_UP_AFTER
