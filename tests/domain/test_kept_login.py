"""How long a login lasts, and when a refused one is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inspect_pipelines.domain.kept_login import KeptLogin, LoginRules, Refusal, listed, skew_sentence

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEPT = KeptLogin("https://shop.test", "buyer", NOON, "run-1", "{}", 3600.0)


def test_a_login_is_used_until_its_age_is_over():
    hour, ever = LoginRules(max_age_seconds=3600.0), LoginRules()

    assert KEPT.is_usable(NOON + timedelta(minutes=59), hour)
    assert not KEPT.is_usable(NOON + timedelta(minutes=60), hour)
    assert KEPT.is_usable(NOON - timedelta(days=1), hour)
    assert KEPT.is_usable(NOON + timedelta(days=365), ever)
    assert not replace(KEPT, content="").is_usable(NOON, ever)


@pytest.mark.parametrize(("count", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 240), (9, 240)])
def test_each_refusal_in_a_row_rests_longer(count, minutes):
    refused = replace(KEPT, refusal=Refusal(NOON, "wrong", count))

    assert refused.rests(NOON + timedelta(minutes=minutes, seconds=-1))
    assert not refused.rests(NOON + timedelta(minutes=minutes))
    assert not KEPT.rests(NOON)


def test_keeping_is_in_vain_where_nothing_came_of_it():
    assert replace(KEPT, content="").is_in_vain
    assert not KEPT.is_in_vain
    assert not replace(KEPT, content="", refusal=Refusal(NOON, "wrong")).is_in_vain


def test_a_list_says_when_a_login_ends_by_its_age():
    assert listed("a", KEPT).expires_at == NOON + timedelta(hours=1)
    assert listed("a", replace(KEPT, max_age_seconds=None)).expires_at is None
    assert listed("a", replace(KEPT, content="")).expires_at is None


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (None, "the site tells no time"),
        (2.0, "both clocks agree"),
        (-95.0, "clock skew: the site's clock is 95 s behind this machine's"),
        (40.0, "clock skew: the site's clock is 40 s ahead of this machine's"),
    ],
)
def test_a_refused_code_says_what_the_clocks_say(ahead, said):
    assert skew_sentence(ahead, 30).startswith(said)
