"""The month of alerts: the same for everybody, and true to what it says."""

from __future__ import annotations

from pathlib import Path

from benchmarks.alerting.trace import BEGIN, DAYS, PACES, ticks, troubles
from benchmarks.alerts import measure_month


def test_the_month_is_the_same_for_the_same_seed_and_as_long_as_it_says() -> None:
    planned = troubles(7)

    assert planned == troubles(7) != troubles(8)
    assert (len(planned), len(ticks()), len({one.name for one in planned})) == (40, 5000, 40)
    assert sum(one.share < 1 for one in planned) == 6
    assert all(BEGIN <= one.begin < one.end for one in planned)
    assert ticks()[0][0] >= BEGIN
    assert (ticks()[-1][0] - BEGIN).days == DAYS - 1
    assert {name for _, name in ticks()} == {name for name, _ in PACES}


def test_in_its_first_days_nobody_misses_a_cause_or_its_end(tmp_path: Path) -> None:
    figures = measure_month(tmp_path, 7, 400)

    assert figures["failed_runs"] > figures["messages"] > 0
    assert (figures["causes_unannounced"], figures["recoveries_missing"]) == (0, 0)
