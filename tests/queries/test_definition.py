from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import definition_of, find_trigger


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule("nightly"), a_trigger("merged"))
    return house


def test_an_id_names_a_schedule_or_a_trigger(house: House) -> None:
    assert definition_of(house, DefinitionId("nightly")) == a_schedule("nightly")
    assert definition_of(house, DefinitionId("merged")) == a_trigger("merged")


def test_an_id_that_names_nothing_says_what_is_near_and_what_there_is(house: House) -> None:
    with pytest.raises(NotFound) as error:
        definition_of(house, DefinitionId("nigthly"))

    assert str(error.value) == (
        "'nigthly' is no schedule or trigger (did you mean 'nightly'?); applied: merged, nightly"
    )


def test_before_anything_is_applied_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="applied: none"):
        definition_of(a_house(tmp_path), DefinitionId("nightly"))


def test_a_trigger_is_found_by_its_id(house: House) -> None:
    assert find_trigger(house, "merged") == a_trigger("merged")


@pytest.mark.parametrize(("name", "hint"), [("merge", " (did you mean 'merged'?)"), ("nightly", "")])
def test_what_is_no_trigger_is_not_found_as_one(house: House, name: str, hint: str) -> None:
    with pytest.raises(NotFound) as error:
        find_trigger(house, name)

    assert str(error.value) == (
        f"trigger {name!r} does not exist{hint}; list them with: inspect-pipelines triggers list"
    )
