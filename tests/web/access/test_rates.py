"""How often somebody may ask, and what every answer says of it."""

from __future__ import annotations

import pytest

from inspect_pipelines.web.access.rates import DEFAULT, RUN_NOW, Rate, Rates, TooMany, headers_of


def test_the_headers_are_those_of_the_draft_to_the_byte() -> None:
    assert headers_of(DEFAULT, 421, 180) == {
        "RateLimit-Policy": '"default";q=500;w=300',
        "RateLimit": '"default";r=421;t=180',
    }
    assert headers_of(RUN_NOW, 9, 60)["RateLimit-Policy"] == '"run-now";q=10;w=60'


def test_whoever_has_used_up_their_requests_waits_and_nobody_else_does() -> None:
    rates, two = Rates(), Rate("two", 2, 60)

    left = [rates.spend(two, "ada", "ada")["RateLimit"].partition(";t=")[0] for _ in range(2)]

    assert left == ['"two";r=1', '"two";r=0']
    with pytest.raises(TooMany, match="ada may ask 2 times in 60 s") as refused:
        rates.spend(two, "ada", "ada")
    assert 1 <= refused.value.seconds <= 61
    assert rates.spend(two, "eve", "eve")
    assert rates.spend(Rate("other", 2, 60), "ada", "ada")
