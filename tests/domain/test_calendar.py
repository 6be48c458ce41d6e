from __future__ import annotations

from datetime import date

import pytest

from inspect_pipelines.domain.calendar import Days, closed_through, day, days
from inspect_pipelines.errors import UsageError


def test_days_are_written_as_one_or_as_a_span():
    assert days("2026-12-24") == Days(date(2026, 12, 24), date(2026, 12, 24))
    assert days("2026-12-24..2027-01-01") == Days(date(2026, 12, 24), date(2027, 1, 1))
    assert days("2026-12-24 .. 2027-01-01") == days("2026-12-24..2027-01-01")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("24.12.2026", "'24.12.2026' is not a day; write '2026-12-24'"),
        ("2026-02-30", "'2026-02-30' is not a day; write '2026-12-24'"),
        ("20261224", "'20261224' is not a day; write '2026-12-24'"),
        ("2026-W52-4", "'2026-W52-4' is not a day; write '2026-12-24'"),
    ],
)
def test_what_is_no_day_is_refused(text, message):
    with pytest.raises(UsageError) as caught:
        day(text)

    assert str(caught.value) == message


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="ends before it begins"):
        days("2026-12-24..2026-12-23")


def test_both_ends_of_a_span_are_in_it():
    span = [days("2026-12-24..2026-12-26")]

    last = date(2026, 12, 26)
    assert [closed_through(span, date(2026, 12, number)) for number in (23, 24, 26, 27)] == [
        None,
        last,
        last,
        None,
    ]
    assert "2026-12-24" not in span[0]
