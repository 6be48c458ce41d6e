"""The mark of a journal row: it tells the row from another one that was given the same number."""

from __future__ import annotations

import hashlib

LENGTH = 32  # hexadecimal digits


def mark_of(kind: str, body: str) -> str:
    """A digest of what the row says.

    A ledger that was restored gives numbers a second time, to other facts.
    """
    return hashlib.sha256(f"{kind}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
