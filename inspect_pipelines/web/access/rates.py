"""Rates: how often somebody may ask, said in each answer's headers (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.errors import InspectError


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests within so many seconds."""

    name: str
    requests: int
    seconds: int

    @property
    def item(self) -> RateLimitItem:
        return RateLimitItemPerSecond(self.requests, self.seconds, namespace=self.name)


DEFAULT = Rate("default", 500, 300)  # a token
RUN_NOW = Rate("run-now", 10, 60)  # a definition
RUN_PAST = Rate("run-past", 60, 60)  # a schedule, whose runs are begun one after another
FILES = Rate("files", 60, 60)  # an organisation, of what takes a second of a core: plan, apply, test
COMPARE = Rate("compare", 60, 60)  # an organisation, of pairs of runs
LOGIN = Rate("login", 5, 60)  # an account, whoever asks and whatever is answered, whether there is one or not
ENTRY = Rate("entry", 30, 60)  # an address, over all accounts
LINK = Rate("link", 60, 60)  # an address, of what opens nothing as well
EXCHANGE = Rate("exchange", 20, 60)  # an address, of what is refused as well, which the audit keeps


class TooMany(InspectError):
    """Somebody asks more often than they may.

    Args:
        rate: That is used up.
        seconds: Until one more request may come.
    """

    def __init__(self, rate: Rate, seconds: int, what: str) -> None:
        self.rate, self.seconds = rate, seconds
        super().__init__(
            f"{what} may ask {rate.requests} times in {rate.seconds} s, and has; try again in {seconds} s"
        )


class Rates:
    """Counts for all web processes of a home.

    Args:
        default: What a token may ask altogether.
        limiter: Who counts; None: this process, which is the only one.
    """

    def __init__(self, default: Rate = DEFAULT, limiter: RateLimiter | None = None) -> None:
        self.default = default
        self._limiter = limiter or MovingWindowRateLimiter(MemoryStorage())

    def spend_of(self, caller: Caller) -> dict[str, str]:
        """The same for what a token or a browser asks altogether; the local person may ask as often as they like."""
        if caller.token_id is not None:
            return self.spend(self.default, caller.token_id, "this token")
        if caller.sign_in_id is not None:
            return self.spend(self.default, caller.sign_in_id, "this browser")
        return {}

    def spend(self, rate: Rate, whose: str, what: str) -> dict[str, str]:
        """Count one request, and the headers that say what is left.

        Raises:
            TooMany: Nothing is.
        """
        is_allowed = self._limiter.hit(rate.item, whose)
        reset, left = self._limiter.get_window_stats(rate.item, whose)
        seconds = max(1, math.ceil(reset - time.time()))  # noqa: TID251 - the library counts by it
        if not is_allowed:
            raise TooMany(rate, seconds, what)
        return headers_of(rate, left, seconds)


def headers_of(rate: Rate, left: int, seconds: int) -> dict[str, str]:
    """The two headers of the draft."""
    return {
        "RateLimit-Policy": f'"{rate.name}";q={rate.requests};w={rate.seconds}',
        "RateLimit": f'"{rate.name}";r={left};t={seconds}',
    }
