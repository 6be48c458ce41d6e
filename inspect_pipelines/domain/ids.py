"""Ids: who names what."""

from __future__ import annotations

import re
from typing import NewType

OrgId = NewType("OrgId", str)
DefinitionId = NewType("DefinitionId", str)
PlaybookId = NewType("PlaybookId", str)
RunId = NewType("RunId", str)  # UUIDv7 text: sorts by time, so zone maps find a run without an index
EventId = NewType("EventId", str)  # UUIDv7 text
SourceId = NewType("SourceId", str)
IncidentId = NewType("IncidentId", str)  # UUIDv7 text
BaselineId = NewType("BaselineId", str)
CommentId = NewType("CommentId", str)  # UUIDv7 text
DecisionId = NewType("DecisionId", str)  # UUIDv7 text
Sha256 = NewType("Sha256", str)  # 64 lower-case hex digits of a stored image's bytes

DEFAULT_ORG = OrgId("default")
SLUG = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?\Z")
NOT_AN_ID = "is not an id: letters, digits, '-' and '_', at most 100, a letter or digit at both ends"


def uuid7(unix_ms: int, random_bits: int) -> str:
    """A version 7 UUID (RFC 9562, section 5.7) as lower-case text.

    Args:
        unix_ms: Milliseconds since 1970 UTC, 0 .. 2**48 - 1.
        random_bits: At least 74 random bits; higher ones are ignored.
    """
    rand_a = (random_bits >> 62) & 0xFFF
    rand_b = random_bits & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def chance(fresh_id: str) -> float:
    """A number from 0.0 to 1.0 (not included) out of a fresh UUIDv7's last random bits."""
    return int(fresh_id.rpartition("-")[2], 16) / (1 << 48)


def snake(text: str) -> str:
    """The text in the characters that a Dagster name may have, `[A-Za-z0-9_]`, the others as `_`."""
    return re.sub(r"[^A-Za-z0-9_]", "_", text)
