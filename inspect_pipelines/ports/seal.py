"""The seal of a home: who signs what leaves it, and how anybody checks that for years."""

from __future__ import annotations

from typing import Protocol


class Seal(Protocol):
    """Ed25519. The private part stays in the home; the public part is given to whoever will check, before they need it."""

    def public(self) -> bytes:
        """The public part as PEM; the pair is made at first.

        Raises:
            Unavailable: It cannot be made or read.
        """

    def fingerprint(self) -> str | None:
        """Of the public part; None: nothing was ever signed here."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes.

        Raises:
            Unavailable: As of `public`.
        """

    def is_signed(self, data: bytes, signature: bytes, public: bytes) -> bool:
        """Whether the private part of this public one (PEM) has signed exactly that; False also for what is no key."""
