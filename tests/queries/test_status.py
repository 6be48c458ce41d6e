from __future__ import annotations

from pathlib import Path

from builders import NOW, a_run, a_schedule
from houses import a_house, apply
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.runs import list_runs
from inspect_pipelines.queries.status import journal_head, status
from resources.history.turns import Status


def test_a_run_has_the_same_shape_in_the_status_and_in_lists(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    with house.ledger.write() as ledger:
        ledger.runs.request(a_run())

    written = to_json(status(house, Status()))

    (listed,) = to_json(list_runs(house).items)
    assert written["open_runs"] == [listed]
    assert written["definitions"][0]["last_run"] == listed
    assert written["now"] == "2026-11-22T07:00:00Z"


def test_only_its_owner_knows_how_far_the_history_is_behind(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        for _ in range(3):
            ledger.journal.append("definition", {}, at=NOW)

    owner = status(house, Status(is_owner=True, applied_seq=2, published_seq=1)).history
    other = status(house, Status(is_owner=False, applied_seq=2, published_seq=1)).history

    assert (owner.rows_behind, owner.rows_unpublished) == (1, 2)
    assert (other.rows_behind, other.rows_unpublished) == (None, None)
    assert journal_head(house) == 3
