"""How long something took."""

from __future__ import annotations

import pytest

from inspect_pipelines.queries.duration import short_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (119.94, "119.9 s"),
        (120, "2 min 00 s"),
        (3599.9, "59 min 59 s"),
        (7500, "2 h 05 min"),
        (172_799, "47 h 59 min"),
        (356_400, "4 d 3 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert short_duration(seconds) == text
