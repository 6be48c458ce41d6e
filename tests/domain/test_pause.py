from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.pause import Pause, keeps_breaking, resumed_at
from inspect_pipelines.domain.run import RunStatus, SkipReason

HOUR = timedelta(hours=1)
PAUSE = Pause("p1", DEFAULT_ORG, DefinitionId("nightly-shop"), "the shop moves", "user:ada", since=NOW)


def ended(number: int, status: RunStatus = RunStatus.ERROR):
    at = NOW + number * HOUR
    return a_run(number).claimed(f"d-{number}", now=at).concluded(status, "", now=at + HOUR / 2)


def test_a_pause_without_an_end_holds_until_it_is_lifted():
    lifted = PAUSE.lifted(now=NOW + HOUR, by="user:bob")

    assert [PAUSE.holds(NOW - HOUR), PAUSE.holds(NOW), PAUSE.holds(NOW + 1000 * HOUR)] == [False, True, True]
    assert [lifted.holds(NOW), lifted.holds(NOW + HOUR)] == [True, False]


def test_a_pause_ends_at_whichever_comes_first():
    until = replace(PAUSE, until=NOW + 2 * HOUR)

    assert until.end == NOW + 2 * HOUR
    assert until.lifted(now=NOW + HOUR, by="user:bob").end == NOW + HOUR
    assert PAUSE.end is None


def test_a_pause_says_who_paused_what_why_and_until_when():
    whole = replace(PAUSE, definition_id=None, until=NOW)

    assert PAUSE.sentence() == "'nightly-shop' is paused by user:ada: the shop moves"
    assert whole.sentence() == (
        "the whole organisation is paused until 2026-11-22 07:00 UTC by user:ada: the shop moves"
    )


def test_resumed_is_when_the_last_pause_that_is_over_ended():
    first, second = (PAUSE.lifted(now=NOW + hours * HOUR, by="user:bob") for hours in (1, 2))

    assert resumed_at([first, second, PAUSE], NOW + 3 * HOUR) == NOW + 2 * HOUR
    assert resumed_at([first, second, PAUSE], NOW + HOUR) == NOW + HOUR
    assert resumed_at([PAUSE], NOW) is None


def test_three_errors_in_a_row_mean_that_something_of_ours_is_broken():
    assert keeps_breaking([ended(3), ended(2), ended(1)], since=None)
    assert not keeps_breaking([ended(2), ended(1)], since=None)


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.PASSED, RunStatus.TIMEOUT])
def test_any_other_end_between_them_breaks_the_row(status):
    assert not keeps_breaking([ended(4), ended(3), ended(2, status), ended(1)], since=None)


def test_a_site_that_keeps_failing_never_counts():
    assert not keeps_breaking([ended(number, RunStatus.FAILED) for number in (3, 2, 1)], since=None)


def test_what_never_ran_is_passed_over():
    skipped = a_run(9).skipped(SkipReason.OVERLAP, "", now=NOW)
    absent = replace(ended(8, RunStatus.ERROR), origin="absence:nightly-shop:2026-11-22T07:00Z")
    cancelled, running = ended(7, RunStatus.CANCELLED), a_run(6).claimed("d-6", now=NOW)

    assert keeps_breaking([skipped, absent, cancelled, running, ended(3), ended(2), ended(1)], since=None)
    assert not keeps_breaking([absent, ended(2), ended(1)], since=None)


def test_after_somebody_resumed_it_the_row_begins_anew():
    assert not keeps_breaking([ended(3), ended(2), ended(1)], since=NOW + 2 * HOUR)
