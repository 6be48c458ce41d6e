from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_baseline, a_sha
from houses import a_house
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.baselines import find_baseline, list_baselines
from inspect_pipelines.queries.json_shape import to_json


def test_baselines_are_listed_newest_first_with_the_one_in_use(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        for number, name in enumerate(("old", "new")):
            at = NOW + timedelta(minutes=number)
            ledger.baselines.add(a_baseline(id=BaselineId(name), created_at=at, views=("home", "pay")))
        ledger.baselines.add(a_baseline(id=BaselineId("strange"), set="shared"))

    page = list_baselines(house, "nightly-shop", limit=1)
    rest = list_baselines(house, "nightly-shop", limit=1, cursor=page.next_cursor)

    assert [(one.id, one.is_active) for one in (*page.items, *rest.items)] == [("new", True), ("old", False)]
    assert to_json(page.items[0]) == {
        "id": "new",
        "set": "nightly-shop",
        "is_active": True,
        "created_at": "2026-11-22T07:01:00Z",
        "created_by": "user:ada",
        "source_run_id": a_baseline().source_run_id,
        "notes": "",
        "views": {"shop/home@desktop": a_sha(), "shop/pay@desktop": a_sha()},
        "deleted_at": None,
        "branch": "",
        "gone": [],
        "variants": {},
    }


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        for name in ("01a20659-aaaa", "01a20659-bbbb", "01a3"):
            ledger.baselines.add(a_baseline(id=BaselineId(name)))
    return house


@pytest.mark.parametrize(
    ("typed", "found"),
    [("01a20659-aaaa", "01a20659-aaaa"), (" 01A20659-B", "01a20659-bbbb"), ("01a3", "01a3")],
)
def test_a_baseline_is_meant_by_the_beginning_of_its_id(house: House, typed: str, found: str) -> None:
    assert find_baseline(house, typed) == found


@pytest.mark.parametrize(
    ("typed", "error", "sentence"),
    [
        ("01a2", UsageError, "is too short to mean one: type at least 6 characters of its id"),
        ("01a20659", Refused, "is not clear: several begin so (01a20659-"),
        ("01a20659-aaab", NotFound, "does not exist (did you mean '01a20659-aaaa'?)"),
        ("", NotFound, "does not exist; list them with: inspect-pipelines baselines list"),
    ],
)
def test_a_baseline_that_is_not_meant_clearly_is_refused_in_a_sentence(
    house: House, typed: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=re.escape(sentence)):
        find_baseline(house, typed)
