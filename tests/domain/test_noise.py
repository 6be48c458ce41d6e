from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_view
from inspect_pipelines.domain.comparison import NOT_MEASURED
from inspect_pipelines.domain.drift_track import LEAST_TOLERANCE
from inspect_pipelines.domain.noise import LEAST_RUNS, Score, noise_floors


def compared(name: str, score: float, **changes: Any) -> Score:
    values: dict[str, Any] = {"score_method": "v2", "tolerance": 0.02, "passed": True}
    return Score(a_view(name), score, **(values | changes))


def test_the_floor_is_what_clean_runs_differ_by_and_the_suggestion_leaves_room():
    runs = [[compared("home", score)] for score in (0.001, 0.0, 0.0062, 0.002, 0.001)]

    (floor,) = noise_floors(runs)

    assert (floor.runs, floor.median, floor.highest, floor.tolerance) == (5, 0.001, 0.0062, 0.02)
    assert floor.suggested_tolerance == 0.01


def test_views_come_noisiest_first():
    floors = noise_floors([[compared("calm", 0.0), compared("noisy", 0.01), compared("also calm", 0.0)]])

    assert [floor.view.name for floor in floors] == ["noisy", "also calm", "calm"]


def test_few_runs_suggest_nothing():
    (floor,) = noise_floors([[compared("home", 0.001)]] * (LEAST_RUNS - 1))

    assert floor.suggested_tolerance is None


def test_scores_of_another_method_are_left_out_but_equal_bytes_count():
    newest = [compared("home", 0.0, score_method=NOT_MEASURED)]
    older = [[compared("home", 0.001)], [compared("home", 0.5, score_method="v1")]]

    (floor,) = noise_floors([newest, *older])

    assert (floor.runs, floor.highest) == (2, 0.001)


def test_a_view_that_the_newest_run_has_no_more_has_no_floor():
    floors = noise_floors([[compared("home", 0.0)], [compared("home", 0.0), compared("gone", 0.01)]])

    assert [floor.view.name for floor in floors] == ["home"]


def test_what_did_not_pass_is_no_noise():
    (floor,) = noise_floors([[compared("home", 0.0)], [compared("home", 0.4, passed=False)]])

    assert (floor.runs, floor.highest) == (1, 0.0)


def test_no_run_no_floor():
    assert noise_floors([]) == ()


@given(st.lists(st.floats(0, 1), min_size=LEAST_RUNS, max_size=30))
def test_every_clean_run_passes_with_the_suggestion(scores: list[float]):
    (floor,) = noise_floors([[compared("home", score)] for score in scores])

    assert floor.suggested_tolerance is not None
    assert max(*scores, LEAST_TOLERANCE) <= floor.suggested_tolerance <= 1.0
    assert floor.suggested_tolerance == pytest.approx(round(floor.suggested_tolerance, 3))
