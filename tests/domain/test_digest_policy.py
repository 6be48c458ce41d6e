"""When a digest is due, of which week, and where its owner hears of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.digest_policy import DigestPolicy, too_often
from resources.channels.registry import CHANNELS

BERLIN = DigestPolicy(timezone="Europe/Berlin")
MAIL = (ChannelConfig("mail", "email"),)
PEOPLE = (Person("Ada", email="ada@acme.example"), Person("bob", slack="U024BE7LH"))


def test_it_is_due_on_monday_morning_by_its_zone_and_named_by_that_week() -> None:
    before, after = (
        datetime(2026, 11, 30, 6, 59, tzinfo=UTC),
        datetime(2026, 11, 30, 7, 0, tzinfo=UTC),
    )

    assert BERLIN.latest(before) == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert BERLIN.latest(after) == BERLIN.next(before) == after
    assert [BERLIN.week(BERLIN.latest(at)) for at in (before, after)] == ["2026-W48", "2026-W49"]


def test_the_first_days_of_a_year_may_be_of_the_last_ones_week() -> None:
    assert DigestPolicy().week(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


@pytest.mark.parametrize(
    ("owner", "channels", "places"),
    [
        ("payments", MAIL, ("slack:#pay",)),
        ("Payments", MAIL, ("slack:#pay",)),
        ("ada", MAIL, ("email:ada@acme.example",)),
        ("ada", (), ("slack:#qa",)),  # nothing could send it
        ("bob", MAIL, ("slack:#qa",)),
        ("stranger", MAIL, ("slack:#qa",)),
        ("", MAIL, ("slack:#qa",)),  # what nobody owns
    ],
)
def test_an_owner_hears_of_it_in_their_place_else_by_mail_else_where_all_others_do(
    owner: str, channels: tuple[ChannelConfig, ...], places: tuple[str, ...]
) -> None:
    policy = DigestPolicy(targets={"payments": ("slack:#pay",)}, default=("slack:#qa",))

    assert policy.places(owner, people=PEOPLE, channels=channels, kinds=CHANNELS) == places


@pytest.mark.parametrize(
    ("expression", "is_too_often"),
    [
        ("0 8 * * 1", False),
        ("@weekly", False),
        ("0 8 1 * *", False),
        ("0 8 * * *", True),
        ("0 8 * * 1,4", True),
        ("0 8,9 * * 1", True),
        ("0 8 1,8,15,22,29 * *", True),  # from the 29th to the 1st it is three days
    ],
)
def test_more_than_once_a_week_is_too_often(expression: str, is_too_often: bool) -> None:
    assert too_often(Cron(expression, "America/New_York")) is is_too_often
