from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.serial import dump_json
from inspect_pipelines.stored.shape import Shape


@dataclass(frozen=True)
class Lamp:
    """It had a `colour` first, then a `hue`, and now its height in mm."""

    hue: str
    height_mm: int = 0


def upgrade_lamp_1_to_2(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "hue": old["colour"]}


def upgrade_lamp_2_to_3(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "height_mm": old["height_cm"] * 10}


LAMP = Shape("a lamp", Lamp, upgrade_lamp_1_to_2, upgrade_lamp_2_to_3)


def test_a_text_carries_the_version_of_its_shape_in_front() -> None:
    assert LAMP.dump(Lamp("red", 90)) == '{"version":3,"hue":"red","height_mm":90}'


@pytest.mark.parametrize(
    "text",
    [
        '{"version":3,"hue":"red","height_mm":90}',
        '{"hue": "red", "height_mm": 90, "version": 3}',  # as another tool may have written it anew
        '{"version":2,"hue":"red","height_cm":9}',
        '{"version": 1, "colour": "red", "height_cm": 9}',
        '{"colour":"red","height_cm":9}',
    ],
)
def test_a_text_of_every_version_is_read_as_today_s_value(text: str) -> None:
    assert LAMP.load(text) == Lamp("red", 90)


def test_a_text_of_today_is_read_without_being_taken_apart_first() -> None:
    """`upgraded` sees parsed content, so whatever reaches it was parsed twice."""

    class Watched(Shape[Lamp]):
        def upgraded(self, content: Any, version: Any) -> Any:
            raise AssertionError("a text of today was parsed to learn its version")

    watched = Watched("a lamp", Lamp, upgrade_lamp_1_to_2, upgrade_lamp_2_to_3)

    assert watched.load(watched.dump(Lamp("red"))) == Lamp("red")


@pytest.mark.parametrize("version", ["4", "0", '"3"', "null", "2.5", "[]"])
def test_a_version_that_is_not_known_says_who_wrote_it_and_what_to_do(version: str) -> None:
    with pytest.raises(Unreadable) as raised:
        LAMP.load(f'{{"version":{version},"hue":"red"}}')

    assert str(raised.value) == (
        f"a lamp was kept in version {json.loads(version)!r} of its shape, and this inspect-pipelines reads versions "
        "up to 3: a newer one wrote it; install that one again, or restore a backup of before"
    )


def test_an_old_text_that_lacks_what_its_version_had_is_damaged() -> None:
    with pytest.raises(Unreadable, match=r"a lamp, kept in version 1 .* damaged: restore it from a backup"):
        LAMP.load('{"height_cm":9}')


@pytest.mark.parametrize("text", ['{"version":3,"hue":', '{"version":3,"hue":[]}', "", "[]", '"lamp"'])
def test_a_damaged_text_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        LAMP.load(text)


def test_half_a_surrogate_does_not_cost_the_version() -> None:
    text = LAMP.dump(Lamp("red \ud800"))

    assert text.startswith('{"version":3,')
    assert LAMP.load(text) == Lamp("red \N{REPLACEMENT CHARACTER}")
    assert dump_json(Lamp("x")).startswith('{"hue"'), "what is only said, not kept, has no version"
