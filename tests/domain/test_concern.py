"""Concerns: what weeks of runs show, and the key by which people hear of it once."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_sha, a_view
from inspect_pipelines.domain.concern import (
    LEAST_DRIFTING,
    ConcernKind,
    Gap,
    Looks,
    drift_concerns,
    flake_concern,
    gaps,
    missing_concern,
    newest_day,
)
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.ids import DefinitionId

SHOP = DefinitionId("nightly-shop")
DAY = date(2026, 11, 21)
LONG_AGO = DAY - timedelta(days=90)


def a_track(**changes: object) -> Track:
    values = {
        "anchor": a_sha("a"),
        "method": "m",
        "last": a_sha("b"),
        "last_at": NOW,
        "spent": 1.2,
        "runs": 3,
        "since": NOW,
    }
    return Track(**(values | changes))  # type: ignore[arg-type]


def test_a_view_that_is_half_way_to_a_review_is_told_by_what_its_drift_began_with() -> None:
    tracks = {
        a_view("cart"): {"A": a_track()},
        a_view("fast"): {"A": a_track(runs=LEAST_DRIFTING - 1, spent=1.9)},
        a_view("home"): {"A": a_track(spent=0.9), "B": a_track(since=None)},
        a_view("still"): {"A": a_track(since=None, spent=0.0)},
    }

    (found,) = drift_concerns(SHOP, "shared", tracks)
    (later,) = drift_concerns(SHOP, "shared", {a_view("cart"): {"A": a_track(runs=9, spent=1.9)}})
    (anew,) = drift_concerns(SHOP, "shared", {a_view("cart"): {"A": a_track(since=NOW + timedelta(days=1))}})
    (further,) = drift_concerns(SHOP, "shared", {a_view("cart"): {"B": a_track()}})

    assert found.sentence == (
        "shop/cart@desktop drifts: 3 passing runs in a row since 2026-11-22 have spent 1.2 of the 2 budgets at which a run "
        "needs review"
    )
    assert further.sentence.startswith("shop/cart@desktop, variant B, drifts: 3 passing runs")
    assert found.key == later.key != anew.key
    assert found.key.startswith("concern:drift:nightly-shop:shared:shop/cart@desktop:")


def flaky_days(*days: date) -> dict[date, Looks]:
    return {day: Looks(20, 3, "shop/cart@desktop") for day in days}


def test_one_look_in_twenty_of_a_week_is_too_many() -> None:
    calm = {DAY - timedelta(days=back): Looks(20, 0) for back in range(7)}
    week = {**calm, DAY: Looks(20, 6, "shop/cart@desktop")}

    assert flake_concern(SHOP, week, day=DAY, known_since=LONG_AGO) is None  # 6 of 140
    found = flake_concern(
        SHOP, {**week, DAY: Looks(20, 7, "shop/cart@desktop")}, day=DAY, known_since=LONG_AGO
    )

    assert found is not None
    assert found.sentence == (
        "7 of 140 looks (5.0 %) of the week to 2026-11-21 differed at first and passed at another one, most often "
        "shop/cart@desktop"
    )


def test_so_few_looks_are_no_rate() -> None:
    assert flake_concern(SHOP, {DAY: Looks(19, 19)}, day=DAY, known_since=LONG_AGO) is None
    assert flake_concern(SHOP, {DAY: Looks(20, 2)}, day=DAY, known_since=LONG_AGO) is None  # twice is chance
    assert flake_concern(SHOP, {}, day=DAY, known_since=LONG_AGO) is None


def test_as_long_as_it_lasts_it_is_the_same_concern_and_another_one_when_it_comes_again() -> None:
    first = flaky_days(DAY)
    both = flaky_days(DAY, DAY + timedelta(days=20))

    keys = [
        found.key
        for later in range(28)
        if (found := flake_concern(SHOP, both, day=DAY + timedelta(days=later), known_since=LONG_AGO))
    ]
    lasting = flake_concern(SHOP, first, day=DAY + timedelta(days=6), known_since=LONG_AGO)

    assert (
        keys
        == ["concern:flakes:nightly-shop:2026-11-21"] * 7 + ["concern:flakes:nightly-shop:2026-12-11"] * 7
    )
    assert lasting is not None
    assert lasting.key == keys[0]


def test_what_was_so_as_far_as_is_known_is_told_once_a_month() -> None:
    known_since = DAY - timedelta(days=30)
    always = flaky_days(*(known_since + timedelta(days=at) for at in range(70)))

    keys = {
        found.key
        for later in range(20)
        if (
            found := flake_concern(
                SHOP, always, day=DAY + timedelta(days=later), known_since=known_since + timedelta(days=later)
            )
        )
    }

    assert keys == {"concern:flakes:nightly-shop:2026-11", "concern:flakes:nightly-shop:2026-12"}


def at(hour: int, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_times_in_a_row_without_a_run_are_one_gap() -> None:
    hours = [at(hour) for hour in range(8)]

    found = gaps(hours, [at(2), at(5)], first_after=None)

    assert found == (
        Gap(at(0), (at(0), at(1))),
        Gap(at(3), (at(3), at(4))),
        Gap(at(6), (at(6), at(7))),
    )


def test_a_gap_that_began_before_the_day_is_named_by_its_beginning() -> None:
    hours = [at(hour) for hour in range(4)]

    found = gaps(hours, [at(2)], first_after=at(22, day=19))

    assert found == (Gap(at(22, day=19), (at(0), at(1))), Gap(at(3), (at(3),)))


def test_a_day_that_begins_with_a_run_owes_nothing_to_the_days_before() -> None:
    assert gaps([at(0), at(1)], [at(0)], first_after=at(22, day=19)) == (Gap(at(1), (at(1),)),)
    assert gaps([at(0)], [at(0)], first_after=at(22, day=19)) == ()


@given(st.lists(st.booleans(), max_size=24))
def test_each_time_without_a_run_is_in_exactly_one_gap(ran: list[bool]) -> None:
    hours = [at(hour) for hour in range(len(ran))]
    present = [hour for hour, one in zip(hours, ran, strict=True) if one]

    found = gaps(hours, present, first_after=None)

    missed = [time for gap in found for time in gap.times]
    assert sorted([*missed, *present]) == hours
    assert all(gap.first == gap.times[0] for gap in found)


def test_a_gap_says_what_never_began() -> None:
    one = missing_concern(SHOP, Gap(at(3), (at(3),)), day=DAY)
    some = missing_concern(SHOP, Gap(at(22, day=19), (at(0), at(1))), day=DAY)

    assert one.kind is ConcernKind.MISSING
    assert one.sentence == "a run of 2026-11-21 never began, due 03:00 UTC"
    assert one.key == "concern:missing:nightly-shop:2026-11-21T03:00Z"
    assert some.sentence == (
        "2 runs of 2026-11-21 never began, due 00:00 to 01:00 UTC, and none since 2026-11-19 22:00 UTC"
    )


def test_a_day_is_over_at_midnight_of_utc() -> None:
    assert newest_day(datetime(2026, 11, 22, 0, 0, tzinfo=UTC)) == date(2026, 11, 21)
