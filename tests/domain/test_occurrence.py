from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from builders import NOW, a_plan, a_schedule
from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.occurrence import (
    due,
    is_retimed,
    jitter,
    occurrences,
    occurs,
    patience,
)
from inspect_pipelines.domain.schedule import CatchUp, Schedule
from inspect_pipelines.domain.trigger import Trigger

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONG_AGO = NOW - timedelta(days=365)
SEVEN = NOW  # 02:00 in New York
HOURLY = a_schedule(cron="0 * * * *", timezone="UTC")


def asked(schedule: Schedule, at: datetime = SEVEN, *, late: timedelta = MINUTE, **changes):
    values = {"now": at + late, "floor": LONG_AGO, "is_known": lambda _: False} | changes
    return due(schedule, at, **values)


def hours(times) -> list[int]:
    return [at.hour for at in times]


# what a tick asks for


def test_a_tick_on_time_asks_for_its_own_occurrence():
    assert asked(a_schedule()).times == (SEVEN,)


def test_a_tick_before_its_time_on_a_clock_that_was_set_back_is_on_time():
    assert asked(a_schedule(), late=-HOUR).times == (SEVEN,)


@pytest.mark.parametrize("policy", list(CatchUp))
def test_what_is_older_than_the_last_change_never_fires(policy):
    schedule = a_schedule(catch_up=policy)

    asks = asked(schedule, floor=SEVEN + timedelta(seconds=1))

    assert asks.times == ()
    assert asks.reason == (
        "2026-11-22 07:00 UTC is older than the schedule's last change or pause, 2026-11-22 07:00 UTC"
    )


@pytest.mark.parametrize("policy", list(CatchUp))
def test_an_occurrence_that_was_asked_for_is_not_asked_for_again(policy):
    asks = asked(a_schedule(catch_up=policy), is_known=lambda _: True)

    assert asks.times == ()
    assert asks.reason == "2026-11-22 07:00 UTC was asked for already"


@pytest.mark.parametrize(
    ("policy", "late", "fires"),
    [
        (CatchUp.NONE, 5 * MINUTE, True),
        (CatchUp.NONE, 6 * MINUTE, False),
        (CatchUp.LATEST, HOUR, True),
        (CatchUp.LATEST, HOUR + MINUTE, False),
        (CatchUp.ALL, 100 * HOUR, True),
    ],
)
def test_a_missed_occurrence_is_made_up_for_as_the_schedule_says(policy, late, fires):
    assert bool(asked(a_schedule(catch_up=policy), late=late).times) is fires


def test_what_is_too_late_says_how_late_and_how_far_back_it_goes():
    assert asked(a_schedule(), late=8 * HOUR).reason == (
        "2026-11-22 07:00 UTC was missed 480 minutes ago, and catch_up: latest goes back 60"
    )


def test_all_makes_up_for_everything_since_the_last_known_one_oldest_first():
    schedule = a_schedule(cron="0 * * * *", timezone="UTC", catch_up=CatchUp.ALL)

    asks = asked(schedule, is_known=lambda at: at.hour == 3)

    assert hours(asks.times) == [4, 5, 6, 7]


def test_all_makes_up_for_ten_at_most_and_for_nothing_before_the_last_change():
    schedule = a_schedule(cron="*/10 * * * *", timezone="UTC", catch_up=CatchUp.ALL)

    assert len(asked(schedule).times) == 10
    assert len(asked(schedule, floor=SEVEN - 30 * MINUTE).times) == 4


def test_all_leaves_out_what_fell_into_maintenance_or_the_calendar():
    schedule = a_schedule(
        cron="0 7 * * *",
        timezone="UTC",
        catch_up=CatchUp.ALL,
        calendar=(Days(date(2026, 11, 20), date(2026, 11, 20)),),
        start_on=date(2026, 11, 18),
    )

    asks = asked(schedule, is_closed=lambda at: at.day == 19)

    assert [at.day for at in asks.times] == [18, 21, 22]


def test_nothing_is_made_up_for_when_everything_fell_into_maintenance():
    schedule = a_schedule(cron="*/5 * * * *", catch_up=CatchUp.ALL)

    asks = asked(schedule, is_closed=lambda _: True)

    assert (asks.times, asks.reason) == ((), "all that was missed fell into maintenance")


# dates and calendars


def test_a_schedule_fires_from_its_first_day_to_its_last_on_its_own_clock():
    """21:00 in New York on the 21st is the 22nd in UTC already."""
    schedule = a_schedule(cron="0 21 * * *", start_on=date(2026, 11, 21), end_on=date(2026, 11, 22))

    fired = list(occurrences(schedule, NOW - timedelta(days=9)))

    assert [f"{at:%d %H:%M}" for at in fired] == ["22 02:00", "23 02:00"]


def test_a_calendars_days_are_left_out():
    schedule = a_schedule(calendar=(Days(date(2026, 11, 23), date(2026, 11, 25)),))

    assert [at.day for at in islice(occurrences(schedule, NOW), 3)] == [26, 27, 28]
    assert asked(schedule, at=SEVEN + timedelta(days=1)).reason == (
        "2026-11-23 07:00 UTC is outside of the schedule's dates or in its calendar"
    )


def test_a_schedule_before_its_first_day_does_not_occur():
    assert not occurs(a_schedule(start_on=date(2026, 12, 1)), SEVEN)
    assert not occurs(a_schedule(end_on=date(2026, 11, 21)), SEVEN)


def test_a_schedule_whose_calendar_never_ends_has_no_next_time():
    schedule = a_schedule(calendar=(Days(date(2026, 1, 1), date(2999, 1, 1)),))

    assert list(occurrences(schedule, NOW)) == []


def test_a_first_day_that_is_more_than_a_thousand_ticks_ahead_is_found():
    """`*/5` with `start_on` in 26 days has 7,488 ticks before it; it was shown as a schedule that never fires."""
    schedule = a_schedule(cron="*/5 * * * *", start_on=date(2026, 12, 18))

    assert next(occurrences(schedule, NOW)) == datetime(2026, 12, 18, 5, tzinfo=UTC)  # midnight in New York


def test_a_long_calendar_is_stepped_over_whole():
    """`* * * * *` with a calendar of five days has 7,200 ticks in it."""
    holidays = (Days(date(2026, 11, 20), date(2026, 11, 25)), Days(date(2026, 11, 24), date(2027, 11, 24)))
    schedule = a_schedule(cron="* * * * *", calendar=holidays)

    assert next(occurrences(schedule, NOW)) == datetime(2027, 11, 25, 5, tzinfo=UTC)


def test_the_day_after_a_calendar_begins_where_the_clock_moves_at_midnight():
    """Beirut goes from 24:00 back to 23:00: the last day of the calendar is 25 hours long."""
    closed = (Days(date(2026, 10, 20), date(2026, 10, 24)),)
    schedule = a_schedule(cron="30 0,23 * * *", timezone="Asia/Beirut", calendar=closed)

    first = next(occurrences(schedule, datetime(2026, 10, 20, tzinfo=UTC)))

    assert first == datetime(2026, 10, 24, 22, 30, tzinfo=UTC)


def test_a_day_that_comes_every_eight_years_is_found():
    schedule = a_schedule(cron="0 2 29 2 *", start_on=date(2097, 1, 1))

    found = next(occurrences(schedule, datetime(2096, 12, 1, tzinfo=UTC)))

    assert found.date() == date(2104, 2, 29)


# edits


def test_only_what_moves_fire_times_retimes_a_definition():
    trigger = Trigger(DefinitionId("nightly-shop"), DEFAULT_ORG, "On merge", "pull_request.merged", a_plan())

    assert not is_retimed(a_schedule(), a_schedule(name="New", plan=a_plan(branch="main")))
    assert is_retimed(a_schedule(), a_schedule(cron="0 3 * * *"))
    assert is_retimed(a_schedule(), a_schedule(enabled=False))
    assert is_retimed(a_schedule(), trigger)
    assert not is_retimed(trigger, trigger)


# jitter and patience


def test_jitter_is_off_by_default_and_each_schedules_own_constant():
    many = [a_schedule(f"shop-{number}", jitter_seconds=30) for number in range(200)]
    places = [jitter(schedule).seconds for schedule in many]

    assert jitter(a_schedule()) == timedelta(0)
    assert places == [jitter(schedule).seconds for schedule in many]
    assert set(places) <= set(range(31))
    assert len(set(places)) > 25


def test_patience_is_half_an_hour_or_half_the_schedules_period():
    trigger = Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", a_plan())

    assert patience(a_schedule(), SEVEN) == 12 * HOUR
    assert patience(HOURLY, SEVEN) == HOUR / 2
    assert patience(a_schedule(cron="*/5 * * * *"), SEVEN) == HOUR / 2
    assert patience(trigger, SEVEN) == patience(None, SEVEN) == HOUR / 2


# simulations


class Daemon:
    """What Dagster's scheduler does: on each turn the newest fire time since the last turn, however many there were."""

    def __init__(self, now: datetime) -> None:
        self.last = now
        self.next_of: Cron | None = None
        self.next = now

    def turn(self, schedule: Schedule, now: datetime) -> datetime | None:
        cron = Cron(schedule.cron, schedule.timezone)
        if self.next_of != cron:
            self.next_of, self.next = cron, cron.next_after(self.last)
        self.last = max(self.last, now)  # a clock that was set back does not make it tick again
        if self.next > now:
            return None
        at = cron.latest_at_or_before(now)
        self.next = cron.next_after(self.last)
        return at


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("America/New_York", datetime(2026, 10, 14, 0, 1, tzinfo=UTC)),  # an hour comes twice on 1 November
        ("America/New_York", datetime(2027, 2, 22, 0, 1, tzinfo=UTC)),  # an hour is missing on 14 March
        ("Europe/Oslo", datetime(2026, 10, 5, 0, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 9, 14, 0, 1, tzinfo=UTC)),  # half an hour
    ],
)
def test_ten_thousand_ticks_over_clock_changes_steps_and_downtimes_lose_and_double_nothing(zone, begins):
    """2,500 ticks in each of four worlds: a daemon that stops for up to two hours, a clock that jumps both ways."""
    chance = random.Random(f"{zone}{begins}")
    schedule = a_schedule(cron="*/20 * * * *", timezone=zone, catch_up=CatchUp.ALL)
    ticks = list(islice(occurrences(schedule, begins), 2500))
    daemon, now, ran = Daemon(begins), begins, []
    known: set[datetime] = set()

    while now < ticks[-1] + MINUTE:
        step = chance.choices(["on", "down", "forward", "back"], [90, 6, 2, 2])[0]
        now += timedelta(seconds=chance.randint(15, 75))
        if step == "down":
            now += timedelta(minutes=chance.randint(1, 120))
        elif step == "forward":
            now += timedelta(minutes=chance.randint(1, 90))
        elif step == "back":
            now -= timedelta(minutes=chance.randint(1, 90))
        at = daemon.turn(schedule, now)
        if at is not None:
            asks = due(schedule, at, now=now, floor=begins, is_known=known.__contains__)
            ran += asks.times
            known.update(asks.times)

    assert len(ran) == len(set(ran))
    assert sorted(ran)[: len(ticks)] == ticks


class CatchingUp(RuleBasedStateMachine):
    """A schedule under a daemon that comes and goes, edited, paused and resumed: what runs, and what never does."""

    CRONS = ("*/7 * * * *", "0 * * * *", "30 1 * * *", "15 2 * * *", "0 */3 * * *")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 10, 31, 12, tzinfo=UTC)  # a night before New York sets its clocks back
        self.newest = self.now
        self.schedule = a_schedule(cron="0 * * * *")
        self.floor = self.now
        self.daemon = Daemon(self.now)
        self.is_up = self.is_on = True
        self.known: set[datetime] = set()

    @rule(
        policy=st.sampled_from(CatchUp),
        cron=st.sampled_from(CRONS),
        zone=st.sampled_from(["UTC", "America/New_York"]),
    )
    def edit(self, policy, cron, zone):
        new = a_schedule(cron=cron, timezone=zone, catch_up=policy)
        if is_retimed(self.schedule, new):
            self.floor = self.now
        self.schedule = new

    @rule()
    def switch(self):
        self.is_on = not self.is_on
        if self.is_on:
            self.floor = self.now

    @rule()
    def start_or_stop_the_daemon(self):
        self.is_up = not self.is_up

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes):
        for _ in range(minutes):
            self.now += MINUTE
            self.newest = max(self.newest, self.now)
            if self.is_up:
                self.turn()

    @rule(minutes=st.integers(-90, 90))
    def step_the_clock(self, minutes):
        self.now += minutes * MINUTE
        self.newest = max(self.newest, self.now)

    def turn(self):
        at = self.daemon.turn(self.schedule, self.now)
        if at is None or not self.is_on:
            return
        cron = Cron(self.schedule.cron, self.schedule.timezone)
        asks = due(self.schedule, at, now=self.now, floor=self.floor, is_known=self.known.__contains__)

        assert not self.known.intersection(asks.times)
        assert all(cron.latest_at_or_before(time) == time for time in asks.times)
        assert all(self.floor <= time <= max(self.now, at) for time in asks.times)
        assert len(asks.times) <= 10
        assert list(asks.times) == sorted(set(asks.times))
        assert asks.times or asks.reason
        owed = at >= self.floor and at not in self.known and self.now - at <= 5 * MINUTE
        assert not owed or at in asks.times  # on time: every policy runs it
        self.known.update(asks.times)

    @invariant()
    def nothing_runs_before_its_time(self):
        assert all(at <= self.newest for at in self.known)

    @precondition(lambda self: self.is_up and self.is_on)
    @rule()
    def a_day_without_trouble_runs_every_slot(self):
        self.turn()
        begin = max(self.now, self.daemon.last, self.floor)
        self.now = begin
        self.wait(60)
        cron = Cron(self.schedule.cron, self.schedule.timezone)
        assert {at for at in cron.upcoming(begin, 60) if at <= self.now} <= self.known


TestCatchingUp = CatchingUp.TestCase
TestCatchingUp.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
