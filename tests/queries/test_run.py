from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_run
from houses import a_house
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import find_run

ONE = RunId("01a20659-e610-7be5-87e4-2e576522d055")
TWO = RunId("01a20659-e7aa-7be5-87e4-2e576522d055")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        ledger.runs.request(a_run(1, id=ONE))
        ledger.runs.request(a_run(2, id=TWO))
    return house


@pytest.mark.parametrize("text", [ONE, ONE[:13], f" {ONE[:12].upper()} "])
def test_a_run_is_found_by_its_id_or_a_beginning_that_only_it_has(house: House, text: str) -> None:
    assert find_run(house, text).id == ONE


def test_a_beginning_of_several_runs_is_refused_and_names_them(house: House) -> None:
    with pytest.raises(Refused, match="several runs begin so") as refused:
        find_run(house, "01a20659-e")

    assert ONE in str(refused.value)
    assert TWO in str(refused.value)


def test_a_beginning_of_under_six_characters_is_too_short(house: House) -> None:
    with pytest.raises(UsageError, match="'01a20' is too short to mean one run: type at least 6"):
        find_run(house, "01a20")


def test_a_mistyped_id_is_answered_with_the_nearest(house: House) -> None:
    with pytest.raises(NotFound, match=f"nearest: .*{ONE} \\(nightly-shop, pending\\)"):
        find_run(house, ONE.replace("7be5", "7be6"))


@pytest.mark.parametrize(
    "text", ["%%%%%%", "______", "nightly-shop", "'; DROP TABLE runs", "🙂" * 6, "ffffffff"]
)
def test_what_is_no_run_does_not_exist_and_the_latest_one_is_named(house: House, text: str) -> None:
    with pytest.raises(NotFound, match=f"does not exist; the latest one: {TWO}"):
        find_run(house, text)


def test_a_definitions_id_means_its_latest_run_where_that_is_allowed(house: House) -> None:
    assert find_run(house, "nightly-shop", or_definition=True).id == TWO


def test_where_nothing_has_run_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing has run yet"):
        find_run(a_house(tmp_path), "01a20659-e6")
