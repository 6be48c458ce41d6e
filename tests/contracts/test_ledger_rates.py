"""How often somebody may ask, counted for all web processes in PostgreSQL, and through PgBouncer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from limits import RateLimitItemPerSecond, RateLimitItemPerYear
from limits.strategies import SlidingWindowCounterRateLimiter

from inspect_pipelines.web.access.rates import Rate, Rates, TooMany
from patience import until
from prepared import prepared_postgres
from resources.ledger.rate_tables import rates as table
from resources.ledger.rates import SqlRateStorage
from resources.ledger.store import SqlLedgers, create_ledgers

YEAR = 360 * 24 * 3600  # seconds, as the library counts; no window ends in a test


@pytest.fixture
def processes(postgres_server: str, postgres_bouncer: str) -> Iterator[list[SqlLedgers]]:
    """Two objects over one database, as two processes would have them."""
    prepared_postgres(postgres_server)
    both = [create_ledgers(postgres_bouncer) for _ in range(2)]
    yield both
    for one in both:
        one.close()


@pytest.fixture
def both(processes: list[SqlLedgers]) -> list[SlidingWindowCounterRateLimiter]:
    return [SlidingWindowCounterRateLimiter(SqlRateStorage(one)) for one in processes]


def test_two_processes_that_are_asked_at_once_let_through_what_one_would(
    both: list[SlidingWindowCounterRateLimiter],
) -> None:
    item = RateLimitItemPerYear(20)

    with ThreadPoolExecutor(8) as pool:
        allowed = [*pool.map(lambda nth: both[nth % 2].hit(item, "ada"), range(60))]

    assert sum(allowed) == 20
    assert not both[0].test(item, "ada")
    assert not both[1].test(item, "ada")
    assert both[0].hit(item, "eve"), "nobody else waits"
    both[0].clear(item, "ada")
    assert both[1].hit(item, "ada")


def test_whoever_has_used_up_their_requests_here_is_told_so_there(
    both: list[SlidingWindowCounterRateLimiter],
) -> None:
    here, there = (Rates(limiter=one) for one in both)
    three = Rate("three", 3, YEAR)
    names = "ada" * 100_000  # as somebody may type a login

    said = [one.spend(three, names, "ada")["RateLimit"].partition(";t=")[0] for one in (here, there, here)]

    assert said == ['"three";r=2', '"three";r=1', '"three";r=0']
    with pytest.raises(TooMany, match="ada may ask 3 times in 31104000 s") as refused:
        there.spend(three, names, "ada")
    assert 1 <= refused.value.seconds <= YEAR


def test_the_window_before_counts_for_as_much_of_it_as_is_not_over(
    both: list[SlidingWindowCounterRateLimiter], processes: list[SqlLedgers]
) -> None:
    item = RateLimitItemPerYear(1000)
    for one in both:
        one.hit(item, "ada")

    def move(**values: object) -> None:
        with processes[0].together() as connection:
            connection.execute(sa.update(table).values(**values))

    move(nth=table.c.nth - 1, hits=1_000_000)
    before = both[0].get_window_stats(item, "ada").remaining
    assert 0 <= before < 1000, "a year that has ended holds still, in part"
    move(nth=table.c.nth - 2)
    assert both[0].get_window_stats(item, "ada").remaining == 1000
    assert both[1].hit(item, "ada")
    assert both[0].get_window_stats(item, "ada").remaining == 999


def test_what_counts_no_more_is_swept_and_nobody_can_read_who_asked(
    processes: list[SqlLedgers], monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = SlidingWindowCounterRateLimiter(SqlRateStorage(processes[0]))

    def rows() -> list[str]:
        with processes[0].looking() as connection:
            return [*connection.scalars(sa.select(table.c.key))]

    limiter.hit(RateLimitItemPerSecond(1), "192.0.2.7")
    assert len(rows()) == 1
    assert "192.0.2.7" not in rows()[0]
    monkeypatch.setattr("resources.ledger.rates.SWEEP_SECONDS", 0.0)

    def is_swept() -> bool:
        limiter.hit(RateLimitItemPerYear(1000), "ada")
        return len(rows()) == 1

    until(is_swept)
