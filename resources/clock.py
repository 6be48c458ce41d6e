"""The system's clock and chance; the only module that asks for them."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime

from inspect_pipelines.domain.ids import uuid7


class SystemClock:
    """Wall time in UTC, a steady counter, and ids that grow within a process even when the wall clock steps back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, 0)  # (unix ms, random bits) of the newest id

    def now(self) -> datetime:
        return datetime.now(UTC)

    def new_id(self) -> str:
        """A UUIDv7 greater than every earlier one of this process (RFC 9562, section 6.2, method 2)."""
        with self._lock:
            last_ms, last_bits = self._last
            self._last = successor(last_ms, last_bits, time.time_ns() // 1_000_000, secrets.randbits(74))
            return uuid7(*self._last)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def successor(last_ms: int, last_bits: int, now_ms: int, random_bits: int) -> tuple[int, int]:
    """The time and the 74 random bits of the next id: now, or just after the last one when now is not later."""
    if now_ms > last_ms:
        return now_ms, random_bits
    step = (random_bits >> 42) + 1  # up to 2**32: ids of one millisecond stay hard to guess
    bits = last_bits + step
    if bits >> 74:
        return last_ms + 1, random_bits
    return last_ms, bits
