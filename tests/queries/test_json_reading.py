"""JSON back into the shapes that it was made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from builders import NOW, a_baseline, a_run, a_screenshot, a_session
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.queries.json_reading import from_json
from inspect_pipelines.queries.json_shape import FLAT, to_json


@dataclass(frozen=True)
class Cat:
    lives: int


@dataclass(frozen=True)
class Dog:
    lives: int
    name: str


@dataclass(frozen=True)
class Everything:
    flat: Screenshot = field(metadata=FLAT)
    role: Role
    run: RunId
    kind: Literal["a", "b"]
    views: dict[View, tuple[str, int | None]]
    took: timedelta
    day: date
    some: frozenset[int]
    listed: list[float]
    whatever: Any
    pet: Cat | Dog | None
    itself: Everything | None = None
    later: str = "as before"


def everything(**changes: Any) -> Everything:
    shot = a_screenshot()
    values: dict[str, Any] = {
        "role": Role.ADMIN,
        "run": RunId("r"),
        "kind": "b",
        "views": {shot.view: ("x", 1)},
        "took": timedelta(seconds=1.5),
        "day": date(2026, 11, 22),
        "some": frozenset({1}),
        "listed": [1.0, 2.5],
        "whatever": {"a": [1]},
        "pet": None,
    }
    return Everything(shot, **(values | changes))


@pytest.mark.parametrize(
    "value",
    [
        everything(),
        everything(itself=everything(pet=Dog(1, "Rex"))),
        everything(pet=Cat(9)),
        a_run(1).claimed("dagster-1", now=NOW),
        a_session(screenshots=(a_screenshot(),)),
        a_baseline(),
    ],
)
def test_what_was_written_is_read_again(value: Any) -> None:
    assert from_json(type(value), to_json(value)) == value


def test_what_json_cannot_say_is_no_number() -> None:
    assert math.isnan(from_json(Everything, to_json(everything(listed=[math.inf]))).listed[0])


def test_what_a_newer_server_says_besides_is_left_out() -> None:
    assert from_json(Everything, to_json(everything()) | {"new": 1}) == everything()


def test_what_an_older_server_does_not_say_is_as_before() -> None:
    told = to_json(everything(later="x"))
    del told["later"], told["pet"]

    assert from_json(Everything, told) == everything()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("role", "king"),
        ("role", 5),
        ("run", 5),
        ("kind", "c"),
        ("views", {"shop/home@desktop": ["x"]}),
        ("views", []),
        ("took", "long"),
        ("day", "tomorrow"),
        ("some", {"a": 1}),
        ("listed", [True]),
        ("pet", {"legs": 4}),
        ("view", None),
        ("itself", "me"),
    ],
)
def test_another_shape_is_named_by_its_place(name: str, wrong: Any) -> None:
    with pytest.raises(Unreadable, match="Everything"):
        from_json(Everything, to_json(everything()) | {name: wrong})


def test_what_is_missing_is_named_by_its_place() -> None:
    told = to_json(everything())
    del told["took"]

    with pytest.raises(Unreadable, match=r"Everything\.took"):
        from_json(Everything, told)


def test_shapes_of_the_house_that_hold_unions_are_read() -> None:
    assert from_json(Run, to_json(a_run(1))) == a_run(1)
    assert from_json(SessionResult, to_json(a_session())) == a_session()
    assert from_json(Baseline, to_json(a_baseline())) == a_baseline()
