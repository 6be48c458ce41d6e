from __future__ import annotations

from datetime import timedelta

import pytest

from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.kept_answer import GIVEN_UP_AFTER, KEY, KeptAnswer

BEGUN = KeptAnswer(DEFAULT_ORG, "user:ada", "k", "f", NOW)


def test_a_request_without_an_answer_is_given_up_when_its_process_must_have_died() -> None:
    assert not BEGUN.is_given_up(NOW + GIVEN_UP_AFTER)
    assert BEGUN.is_given_up(NOW + GIVEN_UP_AFTER + timedelta(seconds=1))
    assert not BEGUN.answered(200, "{}").is_given_up(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("key", "is_one"),
    [("7f3a", True), ("~", True), ("", False), ("a b", False), ("k\n", False), ("x" * 201, False)],
)
def test_a_key_is_visible_and_short(key: str, is_one: bool) -> None:
    assert bool(KEY.fullmatch(key)) is is_one
