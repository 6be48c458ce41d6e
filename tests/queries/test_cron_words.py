"""A cron as a sentence: it says what fires, and two crons that fire at other times are never told alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.plain_cron import plain
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.cron_words import cron_sentence
from written_crons import written


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("30 2 * * 1-5", "At 02:30, Monday through Friday"),
        ("@daily", "At 00:00"),
        ("@weekly", "At 00:00, only on Sunday"),
        ("*/15 * * * *", "Every 15 minutes"),
        # the library alone: "Every 45 minutes", "Every 90 minutes", "every 2 days"
        ("*/45 * * * *", "At 0 and 45 minutes past the hour"),
        ("*/90 * * * *", "Every hour"),
        ("0 0 */2 * *", "At 00:00, every 2 days, between day 1 and 31 of the month"),
        ("0 9-17 * * *", "Every hour, between 09:00 and 17:59"),
        ("0 8-18/2 * * *", "At 08:00, 10:00, 12:00, 14:00, 16:00 and 18:00"),
        ("0 0 13 * 5", "At 00:00, on day 13 of the month, or on Friday"),
        ("0 0 1,15,L * *", "At 00:00, on day 1, 15, and on the last day of the month"),
        ("0 0 * * L5", "At 00:00, on the last Friday of the month"),
        ("0 0 * 2 fri#3", "At 00:00, on the third Friday of the month, only in February"),
        # the library alone: "on the  Friday and Friday of the month"
        (
            "0 0 * * 5#1,5#3",
            "At 00:00, on the first Friday of the month and on the third Friday of the month",
        ),
        ("1 * * * *", "At 1 minute past the hour"),
    ],
)
def test_it_says_when_it_fires(expression: str, sentence: str) -> None:
    assert cron_sentence(expression) == sentence


@given(written())
def test_every_cron_of_ours_is_told_whole(expression: str) -> None:
    sentence = cron_sentence(expression)

    assert re.match(r"(At|Every|Minutes) ", sentence)
    assert not re.search(r"  |\bNone\b|\{|\bL\b|,$", sentence)


@given(written(), st.integers(0, 4), written())
def test_no_two_that_fire_at_other_times_are_told_alike(one: str, at: int, other: str) -> None:
    """One field of another cron in its place: a sentence that leaves a field out would not change."""
    fields, others = plain(one).split(), plain(other).split()
    mixed = " ".join([*fields[:at], others[at], *fields[at + 1 :]])
    try:
        Cron(mixed)
    except UsageError:  # 31 February, or days of the month beside those of a week of it
        return

    assert (plain(mixed) == plain(one)) == (cron_sentence(mixed) == cron_sentence(one)), mixed
