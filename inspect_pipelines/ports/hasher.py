"""Hasher: passwords are kept as hashes that are slow to guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verified:
    is_right: bool
    renewed: str | None = (
        None  # the hash to keep from now on, since the kept one is weaker than what is usual
    )


class Hasher(Protocol):
    def hash(self, password: str) -> str: ...
    def verify(self, password: str, kept: str | None) -> Verified:
        """Whether the kept hash is of this password; takes as long where there is none (None), and then it is not."""
