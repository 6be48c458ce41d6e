"""How long what is kept, and which pictures of a run tell something."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from builders import NOW, a_finding, a_screenshot, a_session, a_sha
from history_builders import a_comparison
from inspect_pipelines.domain.comparison import Beside, Outcome
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.domain.retention import (
    LEAP,
    TO_NOTICE,
    Retention,
    facts_until,
    leapt,
    longest,
    telling,
    too_short,
)
from inspect_pipelines.domain.session import OtherSide

CALM = a_comparison(
    "cart",
    outcome=Outcome.UNCHANGED,
    passed=True,
    old_sha256=a_sha("b"),
    new_sha256=a_sha("1"),
    overlay_sha256=None,
)
ODD = a_comparison(old_sha256=a_sha("2"), new_sha256=a_sha("3"), overlay_sha256=a_sha("4"))
SESSION = a_session(
    started_at=NOW,
    screenshots=(a_screenshot(sha256=a_sha("3")), a_screenshot("cart", sha256=a_sha("1"))),
    findings=(a_finding(screenshot=a_sha("5")), a_finding(screenshot=None)),
    files=(
        EvidenceFile(EvidenceKind.TRACE, "desktop", a_sha("6"), 9),
        EvidenceFile(EvidenceKind.VIDEO, "desktop", None, 0, "it was too large"),
    ),
    beside=OtherSide(
        ("left", "right"),
        ("https://a.example", "https://b.example"),
        screenshots=(a_screenshot(sha256=a_sha("7")),),
        findings=(a_finding(screenshot=a_sha("8")),),
    ),
)


def test_of_a_run_that_passed_only_what_is_odd_is_worth_the_longer_time():
    kept = telling([SESSION], [CALM, ODD], has_passed=True)

    assert kept == {a_sha(one) for one in "23458"}


def test_of_a_run_that_did_not_pass_all_is_but_the_views_that_look_as_approved():
    kept = telling([SESSION], [CALM, ODD], has_passed=False)

    assert kept == {a_sha(one) for one in "2345678"}


def test_what_was_approved_besides_of_a_view_that_differs_from_all_of_it_is_kept():
    varied = replace(ODD, variant="A", besides=(Beside("B", a_sha("9"), 0.5),))

    assert a_sha("9") in telling([SESSION], [CALM, varied], has_passed=True)


def test_a_picture_of_a_calm_view_that_an_odd_one_shows_too_is_kept():
    assert telling([a_session()], [], has_passed=False) == {a_session().screenshots[0].sha256}
    assert a_sha("1") in telling([SESSION], [CALM, a_comparison(new_sha256=a_sha("1"))], has_passed=False)


def test_what_a_home_has_once_is_kept_as_long_as_the_longest_wants():
    kept = longest([Retention(dagster_debug=3, events=90), Retention(dagster_debug=9, events=10)])

    assert (kept.dagster_debug, kept.events, kept.messages) == (9, 90, 90)
    assert longest([]) == Retention()


def test_pictures_are_not_kept_longer_than_what_says_what_they_show():
    assert too_short(Retention()) == ()
    assert [key for key, _ in too_short(Retention(failing_pictures=10))] == ["passing_pictures"]
    assert [key for key, _ in too_short(Retention(evidence=30))] == ["failing_pictures"]


@pytest.mark.parametrize(
    ("swept", "held", "is_held"),
    [
        (None, None, False),
        (timedelta(days=1), None, False),
        (LEAP, None, False),
        (timedelta(days=-365), None, False),  # the last one was held in a future that was none
        (LEAP + timedelta(seconds=1), None, True),
        (timedelta(days=400), timedelta(hours=1), True),
        (timedelta(days=400), TO_NOTICE, False),
        (timedelta(days=400), LEAP, False),
        (timedelta(days=400), LEAP + timedelta(seconds=1), True),
        (timedelta(days=400), timedelta(days=-1), True),
    ],
)
def test_a_sweep_after_a_leap_is_held_back_once(
    swept: timedelta | None, held: timedelta | None, is_held: bool
) -> None:
    told = leapt(NOW, swept=swept and NOW - swept, held=held and NOW - held)

    assert told == (swept if is_held else None)


@pytest.mark.parametrize(
    ("months", "now", "until"),
    [
        (None, datetime(2026, 11, 30, tzinfo=UTC), None),
        (24, datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2024, 11, 1, tzinfo=UTC)),
        (11, datetime(2026, 11, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)),
        (12, datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), datetime(2025, 12, 1, tzinfo=UTC)),
    ],
)
def test_facts_go_by_whole_months_of_utc_and_never_before_their_time(months, now, until):
    assert facts_until(Retention(facts=months), now) == until


def test_facts_of_a_home_stay_as_long_as_the_longest_and_for_ever_where_one_says_nothing():
    assert longest([Retention(facts=24), Retention(facts=36)]).facts == 36
    assert longest([Retention(facts=24), Retention()]).facts is None
    assert longest([]).facts is None


def test_facts_are_not_kept_for_less_than_the_evidence_that_is_found_by_them():
    assert [key for key, _ in too_short(Retention(facts=3))] == ["facts"]
    assert too_short(Retention(facts=4)) == ()
