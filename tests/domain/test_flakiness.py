"""The flake ladder: where a view stands, by what its runs showed since its picture was approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.drifting.trace import BEGIN, DAYS, trace
from builders import NOW, a_sha, a_view
from inspect_pipelines.domain.flakiness import Rung, Sight, Steadiness, steadiness, steadiness_of_views

DAY = timedelta(days=1)


def nights(told: str, used: Sequence[float] = (), approved: str = "a") -> list[Sight]:
    """One a night, the last one now: `.` passed, `x` failed, `~` passed at another look, ` ` did not run."""
    last = len(told) - 1
    return [
        Sight(
            NOW - DAY * (last - number),
            passed=one != "x",
            is_restless=one == "~",
            used=used[number] if used else 0.0,
            approved=a_sha(approved),
        )
        for number, one in enumerate(told)
        if one != " "
    ]


def stands(told: str, used: Sequence[float] = ()) -> Steadiness:
    return steadiness("shop/home@desktop", nights(told, used), now=NOW)


@pytest.mark.parametrize(
    ("told", "rung"),
    [
        ("." * 30, Rung.CLEAN),
        ("x" * 30, Rung.BROKEN),
        ("." * 22 + "x" * 8, Rung.BROKEN),  # since a week; before, nothing was wrong
        ("." * 20 + "xxxx" + "." * 6, Rung.CLEAN),  # a defect that was found and mended
        ("x.xx...x.x.x", Rung.UNSTABLE),
        ("." * 10 + "x" + "." * 10 + "x" + "." * 8, Rung.UNSTABLE),  # twice a month; not seen within the week
        ("..~....~..", Rung.UNSTABLE),
        ("..~.......", Rung.CLEAN),
        ("x", Rung.BROKEN),
        ("x  x  x", Rung.BROKEN),  # too few runs for a week of its own
        ("", Rung.CLEAN),
    ],
)
def test_the_rung_follows_from_what_passed_and_failed(told: str, rung: Rung) -> None:
    assert stands(told).rung is rung


@pytest.mark.parametrize(
    ("used", "rung", "headroom"),
    [
        ([0.0] * 9 + [0.7], Rung.AT_RISK, 0.3),
        ([0.69] * 10, Rung.NOISY, 0.31),
        ([0.0] * 9 + [0.3], Rung.NOISY, 0.7),
        ([0.04] * 10, Rung.CLEAN, 0.96),
        ([0.0] * 19 + [0.3], Rung.CLEAN, 0.7),
    ],
)
def test_a_view_that_passes_stands_where_its_worst_run_left_it(
    used: list[float], rung: Rung, headroom: float
) -> None:
    found = stands("." * len(used), used)

    assert (found.rung, round(found.headroom, 2)) == (rung, headroom)


def test_only_what_was_compared_with_todays_approved_picture_counts() -> None:
    before = nights("x" * 20)
    since = [Sight(NOW + DAY * number, passed=True, approved=a_sha("b")) for number in range(1, 6)]

    found = steadiness("v", [*since, *before], now=NOW + 5 * DAY)

    assert (found.rung, found.month.runs, found.era_since) == (Rung.CLEAN, 5, NOW + DAY)


def test_a_week_and_a_month_are_counted_and_what_is_older_or_to_come_is_not() -> None:
    found = stands("x" * 10 + "." * 23 + "x~.....")
    early = steadiness("v", nights("xx"), now=NOW - DAY)

    assert (found.month.runs, found.month.failed, found.month.restless) == (30, 1, 1)
    assert (found.week.runs, found.week.failed, found.week.restless) == (7, 1, 1)
    assert (round(found.week.rate, 2), found.headroom) == (0.29, 0.0)
    assert (early.month.runs, stands("").week.rate) == (1, 0.0)


def test_the_worst_rung_comes_first_and_within_one_what_fails_more() -> None:
    views = {
        a_view("clean"): nights("......"),
        a_view("broken"): nights("xxxxxx"),
        a_view("seldom"): nights(".x..x..."),
        a_view("often"): nights("x.x.x.x."),
    }

    assert [one.name for one in steadiness_of_views(views, now=NOW)] == [
        f"shop/{name}@desktop" for name in ("broken", "often", "seldom", "clean")
    ]


def test_of_views_whose_kind_is_known_nineteen_of_twenty_stand_on_the_right_rung() -> None:
    known = trace(11, 20)

    right = sum(steadiness("v", sights, now=BEGIN + DAYS * DAY).rung is rung for rung, sights in known)

    assert right / len(known) >= 0.95


@given(st.text(".x~ ", max_size=70), st.integers(0, 40))
def test_the_order_in_which_runs_are_told_changes_nothing(told: str, turned: int) -> None:
    sights = nights(told)
    cut = turned % len(sights) if sights else 0

    assert steadiness("v", sights[cut:] + sights[:cut], now=NOW) == steadiness("v", sights, now=NOW)
