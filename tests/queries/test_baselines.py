from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from builders import NOW, a_baseline, a_sha
from houses import a_house
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.queries.baselines import list_baselines
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
    }
