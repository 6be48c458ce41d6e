"""How often whom has asked, counted in a shared ledger: a storage of the library `limits`, one statement a request.

A window slides by weighing the one before: of 300 s, 100 s into the second, two thirds of the first count. So a row has a
size that does not grow with the rate, and no list of moments is rewritten for each request.
"""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from limits.storage import Storage
from limits.storage.base import SlidingWindowCounterSupport

from resources.ledger.leases import Now
from resources.ledger.rate_tables import rates
from resources.ledger.tables import insert

if TYPE_CHECKING:
    from resources.ledger.store import SqlLedgers

SWEEP_SECONDS = 600.0  # between two looks for rows that count no more


class SqlRateStorage(Storage, SlidingWindowCounterSupport):
    """Of one PostgreSQL database, for any number of processes, by the database's clock."""

    STORAGE_SCHEME = None

    def __init__(self, ledgers: SqlLedgers) -> None:
        super().__init__()
        self._ledgers = ledgers
        self._swept_at = time.monotonic()

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        if amount > limit:
            return False
        with self._ledgers.together() as connection:
            if self._is_time_to_sweep():
                connection.execute(sa.delete(rates).where(rates.c.ends_at < Now()))
            made = insert(connection, rates).values(_first(key, amount, expiry))
            now = made.excluded.nth
            is_now, is_next = rates.c.nth >= now, rates.c.nth == now - 1  # whoever had to wait comes late
            hits = sa.case((is_now, rates.c.hits), else_=0)
            before = sa.case((is_now, rates.c.before), (is_next, rates.c.hits), else_=0)
            # of the window before, that still counts
            share = sa.func.greatest(0.0, 1.0 - (Now() / expiry - now))
            statement = made.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "nth": sa.case((is_now, rates.c.nth), else_=now),
                    "hits": hits + amount,
                    "before": before,
                    "ends_at": made.excluded.ends_at,
                },
                where=sa.func.floor(before * share) + hits + amount <= limit,
            )
            return connection.scalar(statement.returning(rates.c.nth)) is not None

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        query = sa.select(rates.c.nth, rates.c.hits, rates.c.before, Now()).where(rates.c.key == _hashed(key))
        with self._ledgers.looking() as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            return 0, 0.0, 0, 0.0
        nth, hits, before, now = found
        current, left = math.floor(now / expiry), expiry - now % expiry
        if nth == current:
            return before, left, hits, left + expiry
        return (hits, left, 0, 0.0) if nth == current - 1 else (0, 0.0, 0, 0.0)

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        self.clear(key)

    def clear(self, key: str) -> None:
        with self._ledgers.together() as connection:
            connection.execute(sa.delete(rates).where(rates.c.key == _hashed(key)))

    def reset(self) -> int:
        with self._ledgers.together() as connection:
            return connection.execute(sa.delete(rates)).rowcount

    def check(self) -> bool:
        with self._ledgers.looking() as connection:
            return connection.execute(sa.select(sa.literal(1))).scalar_one() == 1

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()  # ours are sentences already

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError("windows that slide are all that is counted here")

    get = get_expiry = incr  # type: ignore[assignment]

    def _is_time_to_sweep(self) -> bool:
        now = time.monotonic()
        if now - self._swept_at < SWEEP_SECONDS:
            return False
        self._swept_at = now
        return True


def _first(key: str, amount: int, expiry: int) -> dict[str, Any]:
    """The row of whoever asks for the first time; it counts until the next window is over."""
    return {
        "key": _hashed(key),
        "nth": sa.cast(sa.func.floor(Now() / expiry), sa.BigInteger),
        "hits": amount,
        "before": 0,
        "ends_at": Now() + 2.0 * expiry,
    }


def _hashed(key: str) -> str:
    """A name of any length, which whoever asks may have typed; and no address of theirs is kept."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
