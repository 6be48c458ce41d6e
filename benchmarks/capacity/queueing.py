"""A day of arrivals through queues: what each kind of queue does to the moments that enter it, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Moments = NDArray[np.float64]  # seconds since midnight UTC, in order


def begun(arrivals: Moments, seconds: float, servers: int) -> Moments:
    """When each is begun by `servers` that take `seconds` for each, first come, first served.

    As all take equally long, the nth is served by the server that served the one `servers` before it. So what begins is a
    running maximum for each server alone, and a day of a million runs takes no loop and no library of events.

    Args:
        arrivals: In order; as many as there are.
        seconds: What one takes, above or equal to 0.
        servers: 1 or more.
    """
    result = np.empty_like(arrivals)
    for server in range(min(servers, len(arrivals))):
        own = arrivals[server::servers]
        work_before = seconds * np.arange(len(own))
        result[server::servers] = np.maximum.accumulate(own - work_before) + work_before
    return result


def published(arrivals: Moments, fixed: float, each: float, shards: int) -> tuple[Moments, int]:
    """When each is done by a projector that takes all that waits at once, and how many batches that were.

    A batch takes `fixed` seconds and `each` more for every one in it; `shards` take turns with what arrives.
    """
    result, batches = np.empty_like(arrivals), 0
    for shard in range(min(shards, len(arrivals))):
        own = arrivals[shard::shards]
        done, at, free = np.empty_like(own), 0, 0.0
        while at < len(own):
            start = max(free, float(own[at]))
            until = int(np.searchsorted(own, start, side="right"))
            free = start + fixed + each * (until - at)
            done[at:until] = free
            at, batches = until, batches + 1
        result[shard::shards] = done
    return result, batches
