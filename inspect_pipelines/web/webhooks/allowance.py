"""How often somebody may: bad signatures by address, signed deliveries by generic source."""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from inspect_pipelines.domain.source import Source

BAD_SIGNATURES = RateLimitItemPerMinute(20)


class Allowance:
    """Counts within the last minute; of this process only, so that a restart forgives everybody."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_after_bad_signature(self, address: str) -> int | None:
        """Count one; the seconds to wait when there were too many from there, else None."""
        return self._wait(BAD_SIGNATURES, "signature", _network(address))

    def wait_for_source(self, source: Source) -> int | None:
        """Count one delivery; the seconds to wait when the source has used up its minute, else None."""
        return self._wait(RateLimitItemPerMinute(source.rate_per_minute), "source", source.id)

    def wait_of_source(self, source: Source) -> int | None:
        """The same without counting one."""
        item, key = RateLimitItemPerMinute(source.rate_per_minute), ("source", source.id)
        return None if self._limiter.test(item, *key) else self._seconds(item, *key)

    def _wait(self, item: RateLimitItem, *key: str) -> int | None:
        return None if self._limiter.hit(item, *key) else self._seconds(item, *key)

    def _seconds(self, item: RateLimitItem, *key: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time()))  # noqa: TID251 - the library counts by it


def _network(address: str) -> str:
    """An IPv6 host owns the 64 bits below it; its addresses count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
