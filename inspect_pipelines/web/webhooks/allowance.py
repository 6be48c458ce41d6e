"""How often somebody may: bad signatures by address, signed deliveries by generic source."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

import anyio.to_thread
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

from inspect_pipelines.domain.source import Source

BAD_SIGNATURES = RateLimitItemPerMinute(20)


class Allowance:
    """Counts within the last minute.

    Args:
        limiter: Who counts, for all web processes of a home, and is asked in a thread; None: this one, so that a restart
            forgives everybody.
    """

    def __init__(self, limiter: RateLimiter | None = None) -> None:
        self._is_elsewhere = limiter is not None
        self._limiter = limiter or MovingWindowRateLimiter(MemoryStorage())

    async def wait_after_bad_signature(self, address: str) -> int | None:
        """Count one; the seconds to wait when there were too many from there, else None."""
        return await self._asked(self._hit, BAD_SIGNATURES, "signature", _network(address))

    async def wait_for_source(self, source: Source) -> int | None:
        """Count one delivery; the seconds to wait when the source has used up its minute, else None."""
        return await self._asked(
            self._hit, RateLimitItemPerMinute(source.rate_per_minute), "source", source.id
        )

    async def wait_of_source(self, source: Source) -> int | None:
        """The same without counting one."""
        return await self._asked(
            self._test, RateLimitItemPerMinute(source.rate_per_minute), "source", source.id
        )

    async def _asked(self, ask: Callable[..., int | None], item: RateLimitItem, *key: str) -> int | None:
        return await anyio.to_thread.run_sync(ask, item, *key) if self._is_elsewhere else ask(item, *key)

    def _hit(self, item: RateLimitItem, *key: str) -> int | None:
        return None if self._limiter.hit(item, *key) else self._seconds(item, *key)

    def _test(self, item: RateLimitItem, *key: str) -> int | None:
        return None if self._limiter.test(item, *key) else self._seconds(item, *key)

    def _seconds(self, item: RateLimitItem, *key: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time()))  # noqa: TID251 - the library counts by it


def _network(address: str) -> str:
    """An IPv6 host owns the 64 bits below it; its addresses count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
