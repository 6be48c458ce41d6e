from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from builders import NOW
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance, under_maintenance

SHOP = DefinitionId("shop-nightly")
HOUR = timedelta(hours=1)


def test_a_window_holds_from_its_start_until_its_end():
    window = Maintenance("moving", start=NOW, end=NOW + HOUR)

    assert [window.holds(SHOP, NOW + minutes * HOUR / 60) for minutes in (-1, 0, 59, 60)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_window_comes_again_at_each_time_of_its_cron():
    sundays = Maintenance("patches", cron="0 2 * * 0", timezone="Europe/Oslo", minutes=90)
    two_in_oslo = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    for sunday in (two_in_oslo, two_in_oslo + timedelta(days=7)):
        assert sundays.holds(SHOP, sunday)
        assert sundays.holds(SHOP, sunday + timedelta(minutes=89))
        assert not sundays.holds(SHOP, sunday + timedelta(minutes=90))
        assert not sundays.holds(SHOP, sunday - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("definitions", "holds"), [((), True), (("shop-*",), True), (("blog-*", "shop-weekly"), False)]
)
def test_a_window_may_be_for_some_definitions_only(definitions, holds):
    window = Maintenance("moving", start=NOW, end=NOW + HOUR, definitions=definitions)

    assert (under_maintenance([window], SHOP, NOW) == window) is holds


def test_without_a_window_nothing_is_under_maintenance():
    assert under_maintenance([], SHOP, NOW) is None
    assert not Maintenance("of nothing").holds(SHOP, NOW)


def test_a_window_that_holds_knows_its_end():
    once = Maintenance("moving", start=NOW, end=NOW + HOUR)
    hourly = Maintenance("patches", cron="0 * * * *", minutes=20)
    began = NOW.replace(minute=0, second=0, microsecond=0)

    assert once.ends_after(NOW) == NOW + HOUR
    assert hourly.ends_after(began + timedelta(minutes=7)) == began + timedelta(minutes=20)
