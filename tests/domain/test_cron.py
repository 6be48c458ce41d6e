from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.errors import UsageError

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = (
    *("America/New_York", "America/Chicago", "America/Los_Angeles", "America/St_Johns", "America/Santiago"),
    *(
        "America/Havana",
        "America/Sao_Paulo",
        "Europe/London",
        "Europe/Berlin",
        "Europe/Dublin",
        "Atlantic/Azores",
    ),
    *("Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Tokyo"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "UTC"),
)
DAILY = ("30 2 * * *", "0 0 * * *", "30 0 * * *", "30 1 * * *", "30 23 * * *", "15 2 * * 0", "0 9 1 * *")
BUSY = (
    "0 * * * *",
    "30 * * * *",
    "*/15 * * * *",
    "*/20 1-3 * * *",
    "5 0,1,2,3 * * *",
    "0 */2 * * *",
    "0 2 L * *",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def by_dagster(expression: str, timezone: str, start: datetime, end: datetime) -> list[datetime]:
    ticks = cron_string_iterator(start.timestamp(), expression, timezone)
    return [tick.astimezone(UTC) for tick in takewhile(lambda tick: tick.astimezone(UTC) < end, ticks)]


def assert_fires_as_dagster_does(expression: str, timezone: str, start: datetime, end: datetime) -> None:
    theirs = by_dagster(expression, timezone, start, end)
    *ours, later = Cron(expression, timezone).upcoming(start, len(theirs) + 1)
    assert ours == theirs, (expression, timezone, start)
    assert later >= end


def clock_changes(timezone: str, start: datetime, years: int) -> list[datetime]:
    days = [start + timedelta(days=number) for number in range(365 * years)]
    offsets = [day.astimezone(ZoneInfo(timezone)).utcoffset() for day in days]
    return [day for day, (one, two) in zip(days, pairwise(offsets), strict=False) if one != two]


@pytest.mark.parametrize("timezone", ZONES)
def test_five_years_of_days_fire_when_dagster_fires(timezone):
    start, end = NEW_YEAR + timedelta(minutes=7), NEW_YEAR + timedelta(days=5 * 365)
    number = ZONES.index(timezone)

    for expression in (DAILY[number % len(DAILY)], DAILY[(number + 3) % len(DAILY)]):
        assert_fires_as_dagster_does(expression, timezone, start, end)


@pytest.mark.parametrize("timezone", ZONES)
def test_around_every_clock_change_of_five_years_all_fire_when_dagster_fires(timezone):
    lord_howe = timezone == "Australia/Lord_Howe"  # the one known difference, see domain/cron.py

    for number, change in enumerate(clock_changes(timezone, NEW_YEAR, 5)):
        start, end = change - timedelta(hours=20, minutes=7), change + timedelta(hours=50)
        for expression in (*DAILY, *(BUSY[3:] if lord_howe else BUSY))[number % 2 :: 2]:
            assert_fires_as_dagster_does(expression, timezone, start, end)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("30 2 * * *", "2027-03-14 07:00"),  # 03:00 EDT, the first minute that exists
        ("0 2 * * *", "2027-03-14 07:00"),
        ("0 3 * * *", "2027-03-14 07:00"),
    ],
)
def test_a_skipped_local_time_fires_at_the_next_valid_minute(expression, expected):
    cron = Cron(expression, "America/New_York")

    assert cron.next_after(utc("2027-03-14 05:00")) == utc(expected)


def test_a_skipped_hour_is_not_made_up_for_by_an_hourly_expression():
    cron = Cron("30 * * * *", "America/New_York")

    assert cron.upcoming(utc("2027-03-14 06:00"), 2) == [utc("2027-03-14 06:30"), utc("2027-03-14 07:30")]


def test_a_doubled_local_time_fires_the_second_time_only():
    cron = Cron("30 1 * * *", "America/New_York")

    assert cron.upcoming(utc("2026-11-01 04:00"), 2) == [utc("2026-11-01 06:30"), utc("2026-11-02 06:30")]


def test_a_doubled_hour_fires_twice_for_an_hourly_expression():
    cron = Cron("30 * * * *", "America/New_York")

    ticks = cron.upcoming(utc("2026-11-01 05:00"), 3)

    assert ticks == [utc("2026-11-01 05:30"), utc("2026-11-01 06:30"), utc("2026-11-01 07:30")]


def test_the_expression_is_read_in_the_zone_and_answered_in_utc():
    tick = Cron("0 2 * * *", "America/New_York").next_after(NEW_YEAR)

    assert tick == utc("2026-01-01 07:00")
    assert tick.tzinfo is UTC


def test_an_alias_fires_as_its_five_fields_do():
    assert Cron("@weekly").upcoming(NEW_YEAR, 3) == Cron("0 0 * * 0").upcoming(NEW_YEAR, 3)


EXPRESSIONS = st.sampled_from(
    (*DAILY, *BUSY, "* * * * *", "@daily", "0 0 29 2 *", "0 0 * * MON#1", "7,8 4 1,15 * 1-5")
)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(EXPRESSIONS, st.sampled_from(ZONES), MOMENTS)
def test_the_next_fire_time_is_always_later(expression, timezone, moment):
    assert Cron(expression, timezone).next_after(moment) > moment


# Chatham's and Troll's changes are no whole single hour: several fire times within one depend on where Dagster began
@given(
    EXPRESSIONS,
    st.sampled_from([zone for zone in ZONES if zone not in ("Pacific/Chatham", "Antarctica/Troll")]),
    MOMENTS,
)
def test_looking_back_finds_what_looking_forward_found(expression, timezone, moment):
    cron = Cron(expression, timezone)
    first, second = cron.upcoming(moment, 2)

    assert cron.latest_at_or_before(first) == first
    assert cron.latest_at_or_before(second - timedelta(microseconds=1)) == first
    assert cron.latest_at_or_before(moment) <= moment < first


@pytest.mark.parametrize(
    "timezone", ["America/New_York", "Africa/Casablanca", "America/Havana", "Asia/Beirut"]
)
@pytest.mark.parametrize("expression", ["*/20 * * * *", "*/20 0-3 * * *", "30 2 * * *", "30 0 * * *"])
def test_looking_back_is_right_at_every_quarter_of_an_hour_around_a_clock_change(expression, timezone):
    cron = Cron(expression, timezone)
    change = clock_changes(timezone, NEW_YEAR, 1)[0]
    ticks = cron.upcoming(change - timedelta(days=3), 600)

    for quarter in range(4 * 48):
        moment = change - timedelta(hours=12) + timedelta(minutes=15 * quarter)
        assert cron.latest_at_or_before(moment) == max(tick for tick in ticks if tick <= moment), moment


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        (
            "0 0 2 * * *",
            "it needs five fields (minute, hour, day of month, month, day of week), found 6",
        ),
        ("", "it needs five fields (minute, hour, day of month, month, day of week), found 0"),
        ("60 * * * *", "minute must be 0-59, found 60"),
        ("0 9-25 * * *", "hour must be 0-23, found 25"),
        ("0 0 0 * *", "day of month must be 1-31, found 0"),
        ("0 0 * 13 *", "month must be 1-12, found 13"),
        ("0 0 * * 8", "day of week must be 0-7, found 8"),
        ("x * * * *", "minute 'x' cannot be read"),
        ("*/0 * * * *", "minute '*/0' cannot be read"),
        ("0 0 * FOO *", "month 'FOO' cannot be read"),
        ("R 2 * * *", "minute 'R' cannot be read"),
        ("H 2 * * *", "minute 'H' cannot be read"),
        ("0 2 1W * *", "day of month '1W' cannot be read"),
        ("0 0 30 2 *", "no year has a day 30 in month 2"),
        ("0 0 31 4,6 *", "no year has a day 31 in month 4,6"),
        ("@reboot", "the aliases are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"),
    ],
)
def test_an_impossible_expression_says_what_is_wrong(expression, sentence):
    with pytest.raises(UsageError) as error:
        Cron(expression)

    assert str(error.value) == f"{expression!r} is not a cron expression: {sentence}"


@pytest.mark.parametrize("name", ["Mars/Base", "America", "../etc/passwd", "", "New York", "\0"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(UsageError) as error:
        Cron("0 2 * * *", name)

    assert str(error.value) == f"{name!r} is not an IANA time zone"


@pytest.mark.parametrize(
    "expression",
    [
        "@midnight",
        "@annually",
        "0 0 L * *",
        "0 0 * * L5",
        "0 2 * * MON#2",
        "0 0 ? * *",
        "5-1 * * * *",
        "0 0 * mar-may thu",
    ],
)
def test_what_is_accepted_here_is_accepted_by_dagster(expression):
    Cron(expression)

    assert is_valid_cron_string(expression)


def test_a_coming_skipped_time_is_noted_with_when_it_fires_instead():
    notes = Cron("30 2 * * *", "America/New_York").dst_notes(utc("2026-12-01 00:00"), timedelta(days=120))

    assert notes == ["02:30 does not exist in America/New_York on 2027-03-14; it runs at 03:00"]


def test_a_coming_doubled_time_is_noted_with_which_one_fires():
    notes = Cron("30 2 * * *", "Europe/Berlin").dst_notes(utc("2026-10-01 00:00"), timedelta(days=120))

    assert notes == [
        "02:30 comes twice in Europe/Berlin on 2026-10-25; it runs the second time, at 02:30 CET"
    ]


@pytest.mark.parametrize(
    ("expression", "timezone", "moment"),
    [
        ("30 2 * * *", "UTC", "2026-12-01 00:00"),
        ("30 * * * *", "America/New_York", "2026-12-01 00:00"),  # hourly expressions just go on
        ("30 4 * * *", "America/New_York", "2026-12-01 00:00"),  # the change passes by
        ("30 2 * * *", "America/New_York", "2026-05-01 00:00"),  # no change comes near
        ("30 2 * * *", "America/New_York", "2027-03-14 07:00:01"),  # it has just been
        ("30 2 * * 1", "America/New_York", "2026-12-01 00:00"),  # clocks change on a Sunday
    ],
)
def test_nothing_is_noted_where_no_fire_time_moves(expression, timezone, moment):
    assert Cron(expression, timezone).dst_notes(utc(moment), timedelta(days=120)) == []


@pytest.mark.parametrize("name", ["right/UTC", "posix/Europe/Berlin", "localtime", "Factory", "posixrules"])
def test_files_of_the_zone_database_that_are_no_places_are_no_zones(name):
    """`right/..` counts leap seconds, `localtime` is whatever this machine says: fires moved, or differed by machine."""
    with pytest.raises(UsageError, match="is not an IANA time zone"):
        Cron("0 2 * * *", name)


@pytest.mark.parametrize(
    ("expression", "notes"),
    [
        (
            "*/90 * * * *",
            [
                "'*/90' does not mean every 90: it begins anew with each round of 0-59, so it fires at minute 0"
            ],
        ),
        (
            "*/45 */36 * * *",
            [
                "'*/45' does not mean every 45: it begins anew with each round of 0-59, so it fires at minute 0 and 45",
                "'*/36' does not mean every 36: it begins anew with each round of 0-23, so it fires at hour 0",
            ],
        ),
        (
            "0-20/15 2 * * *",
            [
                "'0-20/15' does not mean every 15: it begins anew with each round of 0-59, so it fires at minute 0 and 15"
            ],
        ),
        ("*/30 */12 * * 1-5", []),
        ("@daily", []),
    ],
)
def test_a_step_that_says_more_than_it_does_is_told(expression, notes):
    """`*/90` was taken without a word, and is `0 * * * *`."""
    assert Cron(expression).step_notes() == notes


def test_what_comes_next_stays_so_until_it_has_come() -> None:
    """Pages ask for hundreds of schedules again and again; before, each answer took half a millisecond anew."""
    cron = Cron("30 2 * * *", "Europe/Oslo")
    moments = [datetime(2026, 3, 28, tzinfo=UTC) + timedelta(minutes=37) * number for number in range(100)]

    kept = [cron.next_after(at) for at in (*moments, *reversed(moments))]

    alone = [Cron("30 2 * * *", "Europe/Oslo").upcoming(at, 1)[0] for at in (*moments, *reversed(moments))]
    assert kept == alone
