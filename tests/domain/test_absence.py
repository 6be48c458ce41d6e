from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_schedule
from inspect_pipelines.domain.absence import GRACE, MOST_COUNTED, absence_of, absence_origin
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DefinitionId

LONG_AGO = NOW - timedelta(days=30)
NIGHTLY = a_schedule(cron="0 2 * * *", timezone="America/New_York")  # 07:00 UTC in winter


@pytest.mark.parametrize(("late", "is_absent"), [(timedelta(seconds=299), False), (GRACE, True)])
def test_a_time_is_missed_when_five_minutes_have_passed(late: timedelta, is_absent: bool) -> None:
    found = absence_of(NIGHTLY, [NOW], now=NOW + late, watching_since=LONG_AGO)

    assert (found is not None) is is_absent


def test_nothing_expected_is_no_absence() -> None:
    assert absence_of(NIGHTLY, [], now=NOW, watching_since=LONG_AGO) is None
    assert absence_of(NIGHTLY, [NOW + timedelta(days=1)], now=NOW, watching_since=LONG_AGO) is None


def test_whoever_has_just_begun_to_watch_gives_dagster_its_time() -> None:
    now = NOW + timedelta(hours=3)

    assert absence_of(NIGHTLY, [NOW], now=now, watching_since=now - timedelta(minutes=4)) is None
    assert absence_of(NIGHTLY, [NOW], now=now, watching_since=now - GRACE) is not None


def test_an_outage_is_named_by_its_first_time_however_long_it_lasts() -> None:
    times = [NOW + timedelta(hours=hour) for hour in range(5)]

    early = absence_of(NIGHTLY, times, now=NOW + timedelta(minutes=10), watching_since=LONG_AGO)
    late = absence_of(NIGHTLY, times, now=NOW + timedelta(hours=3, minutes=10), watching_since=LONG_AGO)

    assert early.first == late.first == NOW
    assert (len(early.times), len(late.times)) == (1, 4)
    assert absence_origin(DefinitionId("a"), early.first) == "absence:a:2026-11-22T07:00Z"


def test_a_schedule_of_every_minute_that_stands_for_a_month_is_counted_up_to_a_hundred() -> None:
    times = (NOW + timedelta(minutes=minute) for minute in range(100_000))

    found = absence_of(NIGHTLY, times, now=NOW + timedelta(days=30), watching_since=LONG_AGO)

    assert len(found.times) == MOST_COUNTED


def test_it_says_when_it_was_due_in_the_schedules_zone_and_where_to_look() -> None:
    times = [NOW, NOW + timedelta(days=1)]
    found = absence_of(NIGHTLY, times, now=NOW + timedelta(days=2), watching_since=LONG_AGO)

    assert found.sentence(is_dagster_asked=True) == (
        "the run due at 2026-11-22 02:00 America/New_York (07:00 UTC) was never requested (nor 1 after it): Dagster's "
        "daemon does not tick; look at logs/daemon.log and logs/code.log, or start again: inspect-pipelines up"
    )
    assert "and the Dagster UI does not answer" in found.sentence(is_dagster_asked=False)
    assert found.sentence(is_dagster_asked=True, is_stopped=True) == (
        "the run due at 2026-11-22 02:00 America/New_York (07:00 UTC) was never requested (nor 1 after it): the schedule "
        "is stopped in the Dagster UI, and nobody paused it; switch it on with: inspect-pipelines apply, or say that it "
        "shall rest: inspect-pipelines schedules pause nightly-shop"
    )
    alone = absence_of(NIGHTLY, [NOW], now=NOW + timedelta(days=2), watching_since=LONG_AGO)
    assert "was never requested: " in alone.sentence(is_dagster_asked=True)
    in_utc = absence_of(
        a_schedule(timezone="UTC"), [NOW], now=NOW + timedelta(days=2), watching_since=LONG_AGO
    )
    assert in_utc.sentence(is_dagster_asked=True).startswith(
        "the run due at 2026-11-22 07:00 UTC was never requested"
    )


@given(
    st.sampled_from(["*/5 * * * *", "30 2 * * *", "0 * * * *", "15 1,2,3 * * 0"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    st.integers(0, 3 * 24 * 60),
)
def test_over_clock_changes_every_time_is_missed_once_and_none_that_does_not_exist(
    cron: str, zone: str, last: datetime, minutes: int
) -> None:
    schedule = a_schedule(cron=cron, timezone=zone)
    now = last + timedelta(minutes=minutes)
    expected = Cron(cron, zone).upcoming(last, 2 * MOST_COUNTED)

    found = absence_of(schedule, iter(expected), now=now, watching_since=last - GRACE)

    missed = list(found.times) if found else []
    assert missed == [at for at in expected if at <= now - GRACE][:MOST_COUNTED]
    assert all(first < second for first, second in pairwise(missed))
