"""A drift track: small steps add up until a person looks, and noise never does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_sha
from inspect_pipelines.domain.drift_track import (
    LEAST_TOLERANCE,
    MOST_TOLERANCE,
    STEPS_KEPT,
    Absorbed,
    Distance,
    Reading,
    Track,
    advanced,
    percentile_99,
)

TOLERANCE, LAYOUT = 0.02, 4
NIGHT = timedelta(days=1)


def after(
    scores: Sequence[float],
    steps: Sequence[float] | None = None,
    *,
    track: Track | None = None,
    anchor: str = "a",
    every: timedelta = NIGHT,
    rows: int = 0,
) -> list[Track]:
    """The track after each run of one a night.

    Args:
        scores: From the approved picture.
        steps: From the run before; None: as far as the two scores are apart.
    """
    tracks: list[Track] = []
    before = 0.0
    for number, score in enumerate(scores):
        step = abs(score - before) if steps is None else steps[number]
        distance = Distance(score, rows)
        reading = Reading(
            at=NOW + every * number,
            sha256=a_sha("b"),
            anchor=a_sha(anchor),
            method="m",
            distance=distance,
            step=Distance(step, rows if not number else 0),
            spent=distance.of_budget(TOLERANCE, LAYOUT),
        )
        track = advanced(track, reading)
        tracks.append(track)
        before = score
    return tracks


def flagged(tracks: Sequence[Track]) -> list[int]:
    """The runs, from 1, after which a person should look."""
    return [number for number, track in enumerate(tracks, 1) if track.due(track.last_at)]


@pytest.mark.parametrize("quiet", [0, 3, 20, 60])
def test_twenty_steps_of_a_third_of_a_percent_are_flagged_by_the_fifth(quiet: int) -> None:
    steps = [0.003 * number for number in range(1, 21)]

    found = flagged(after([0.0] * quiet + steps))

    assert found[0] == quiet + 5
    assert found == [*range(quiet + 5, quiet + 21)]


@given(st.integers(0, 10_000), st.floats(0.0, 0.014))
def test_two_hundred_unchanged_noisy_runs_flag_nothing(seed: int, most: float) -> None:
    """Each picture has its own noise, the approved one, too, which is as restless as the others."""
    chance = random.Random(seed)
    noise = [most / 2 * chance.uniform(0.5, 1.0) for _ in range(201)]
    scores = [noise[0] + one for one in noise[1:]]
    steps = [one + before for before, one in pairwise(noise)]

    assert flagged(after(scores, steps)) == []


def test_a_view_that_flips_between_two_looks_is_noise() -> None:
    scores = [0.0, 0.0, 0.012, 0.0, 0.012, 0.0] + [0.012, 0.012, 0.0, 0.012] * 30

    assert flagged(after(scores)) == []


def test_what_changes_once_and_stays_is_flagged_in_the_week_in_which_it_came() -> None:
    assert flagged(after([0.0] * 10 + [0.011] * 8)) == [15, 16, 17, 18]


def test_a_page_that_looks_as_approved_again_has_spent_nothing() -> None:
    *_, drifted, back = after([0.009, 0.009, 0.009, 0.0])

    assert (drifted.runs, round(drifted.spent, 2), drifted.since) == (3, 1.35, NOW)
    assert (back.runs, back.spent, back.since) == (0, 0.0, None)


def test_the_least_drift_is_flagged_after_thirty_days_and_not_before() -> None:
    weekly = after([0.0015] * 6, every=timedelta(days=7))

    assert [bool(one.due(NOW + timedelta(days=days))) for one in weekly[-1:] for days in (29, 30)] == [
        False,
        True,
    ]
    assert "for 30 days and longer" in weekly[-1].due(NOW + timedelta(days=30))
    assert flagged(after([0.0009] * 90)) == []  # other machines draw the same page so differently


def test_rows_that_moved_within_their_budget_are_drift_as_well() -> None:
    assert flagged(after([0.0] * 9, rows=2)) == [5, 6, 7, 8, 9]


def test_what_is_beyond_the_budget_of_one_run_is_flagged_at_once() -> None:
    """Only a rule that moved the baseline can let it pass."""
    assert flagged(after([0.05])) == [1]


def test_another_approved_picture_begins_anew_and_keeps_what_is_known_of_the_noise() -> None:
    old = after([0.009] * 5)[-1]

    (new,) = after([0.0], [0.009], track=old, anchor="c")

    assert old.due(old.last_at)
    assert (new.runs, new.spent, new.due(new.last_at)) == (0, 0.0, "")
    assert len(new.steps) == 6


def test_scores_of_another_method_are_not_added_to_these() -> None:
    old = after([0.009] * 4)[-1]
    reading = Reading(NOW, a_sha("b"), a_sha("a"), "n", Distance(0.009), Distance(0.009), 0.45)

    new = advanced(old, reading)

    assert (new.method, new.runs, len(new.steps)) == ("n", 1, 1)


def test_a_run_that_had_nothing_to_measure_says_nothing_about_the_method() -> None:
    old = after([0.001] * 4)[-1]
    same = advanced(old, Reading(NOW, a_sha("a"), a_sha("a"), "", Distance(), Distance(), 0.0))
    first = advanced(None, Reading(NOW, a_sha("a"), a_sha("a"), "", Distance(), None, 0.0))

    assert (same.method, len(same.steps)) == ("m", 5)
    assert (first.method, first.steps) == ("", ())
    assert (
        advanced(first, Reading(NOW, a_sha("b"), a_sha("a"), "m", Distance(0.001), None, 0.05)).method == "m"
    )


def test_the_tolerance_is_known_after_twenty_clean_runs() -> None:
    steps = [0.002] * (STEPS_KEPT - 1)

    assert after([0.002] * 19, steps)[-1].tolerance is None
    assert after([0.002] * 20, [*steps, 0.006])[-1].tolerance == 0.009
    assert after([0.0] * 20)[-1].tolerance == LEAST_TOLERANCE


@given(st.lists(st.floats(0, 1), min_size=STEPS_KEPT, max_size=60))
def test_no_noise_teaches_a_tolerance_that_a_defect_passes(steps: list[float]) -> None:
    tolerance = after([0.0] * len(steps), steps)[-1].tolerance

    assert tolerance is not None
    assert LEAST_TOLERANCE <= tolerance <= MOST_TOLERANCE


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_ninety_nine_of_a_hundred_are_within_the_percentile(values: list[float]) -> None:
    found = percentile_99(values)

    assert found in values
    assert sum(one <= found for one in values) >= 0.99 * len(values)


@given(st.floats(0, 1), st.integers(0, 500), st.floats(0, 1), st.integers(0, 100))
def test_the_share_of_a_budget_grows_with_the_distance(
    score: float, rows: int, tolerance: float, layout: int
) -> None:
    near = Distance(score / 2, rows // 2).of_budget(tolerance, layout)

    assert 0 <= near <= Distance(score, rows).of_budget(tolerance, layout)
    assert Distance().of_budget(tolerance, layout) == 0.0


def test_where_nothing_is_allowed_any_difference_is_more_than_two_budgets() -> None:
    assert Distance(0.001).of_budget(0.0, 4) > 2
    assert Distance(0.0, 1).of_budget(0.02, 0) > 2


def test_what_was_absorbed_is_said_with_all_that_has_added_up() -> None:
    quiet, noisy, drifted = (
        after([0.0])[-1],
        after([0.004, 0.004], [0.004, 0.004])[-1],
        after([0.01] * 3)[-1],
    )

    assert Absorbed(Distance(), 0.0, quiet).clause == ""
    assert (
        Absorbed(Distance(0.004), 0.2, noisy).clause
        == "20% of what one run may differ by is used, no more than its noise"
    )
    assert Absorbed(Distance(0.01), 0.5, drifted).clause == (
        "50% of what one run may differ by is used; 1.5 of 2 over 3 runs in a row since 2026-11-22"
    )
    first = Absorbed(Distance(0.01), 0.5, after([0.01])[-1])
    assert first.clause.endswith("0.5 of 2 over 1 run in a row since 2026-11-22")
    assert after([0.05])[-1].due(NOW) == (
        "over 1 run in a row since 2026-11-22 it has spent 2.5 times what one run may differ by"
    )
