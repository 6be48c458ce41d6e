"""Drift, said in a sentence."""

from __future__ import annotations

import pytest

from builders import NOW, a_sha, a_view
from inspect_pipelines.domain.drift import Drift, DriftPoint
from inspect_pipelines.domain.ids import BaselineId, RunId


def a_drift(*scores: float | None) -> Drift:
    points = tuple(DriftPoint(RunId(f"r{at}"), NOW, a_sha("a"), one, False) for at, one in enumerate(scores))
    return Drift(a_view("home"), BaselineId("b1"), "user:ada", NOW, a_sha("b"), 0.02, points)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ((), "no run since then could be compared with it"),
        ((None,), "no run since then could be compared with it"),
        (
            (0.01,),
            "the score of the one run since then is 0.0100, within the tolerance of 0.02",
        ),
        (
            (0.03,),
            "the score of the one run since then is 0.0300, over the tolerance of 0.02",
        ),
        (
            (0.01, 0.01),
            "over 2 runs the score stayed at 0.0100, the highest was 0.0100; none was over the tolerance of 0.02",
        ),
        (
            (0.0, None, 0.03),
            "over 2 runs the score rose from 0.0000 to 0.0300, the highest was 0.0300; 1 was over the tolerance of 0.02",
        ),
        (
            (0.05, 0.03, 0.01),
            "over 3 runs the score fell from 0.0500 to 0.0100, the highest was 0.0500; 2 were over the tolerance of 0.02",
        ),
    ],
)
def test_it_is_said_for_whoever_does_not_see_the_chart(
    scores: tuple[float | None, ...], sentence: str
) -> None:
    assert a_drift(*scores).sentence() == sentence
