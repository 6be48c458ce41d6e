"""Argon2id hashes of passwords, by pwdlib."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from inspect_pipelines.ports.hasher import Verified

# OWASP's first choice for Argon2id: as hard to guess as RFC 9106's 64 MB and three passes, in one pass and one thread, beside
# which webhooks are still acknowledged (Password Storage Cheat Sheet).
MEMORY_KIB = 46 * 1024
AT_ONCE = 2  # each takes its memory and a processor
NOBODYS = "the password of nobody"


class Argon2Hashes:
    """`ports.Hasher`.

    Args:
        memory_kib: That making a hash takes.
    """

    def __init__(self, *, memory_kib: int = MEMORY_KIB) -> None:
        self._memory_kib = memory_kib
        self._room = BoundedSemaphore(AT_ONCE)
        self._made: Any = None
        self._nobodys: str | None = None

    def hash(self, password: str) -> str:
        with self._room:
            hashed: str = self._hasher().hash(password)
            return hashed

    def verify(self, password: str, kept: str | None) -> Verified:
        if self._nobodys is None:
            self._nobodys = self.hash(NOBODYS)
        with self._room:
            is_right: bool = self._hasher().verify(password, kept or self._nobodys)
        if kept is None or not is_right:
            return Verified(is_right=False)
        renewed = self.hash(password) if self._hasher().check_needs_rehash(kept) else None
        return Verified(is_right=True, renewed=renewed)

    def _hasher(self) -> Any:
        if self._made is None:  # hardly any process needs it, and every start would wait for it
            from pwdlib.hashers.argon2 import Argon2Hasher

            self._made = Argon2Hasher(time_cost=1, memory_cost=self._memory_kib, parallelism=1)
        return self._made
