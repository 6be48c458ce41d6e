from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_merge, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.events import find_event, list_events, show_event
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.usecases.events.route import route

ONE = EventId("01a20659-e610-7be5-87e4-2e576522d055")
TWO = EventId("01a20659-e7aa-7be5-87e4-2e576522d055")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger())
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(1, id=ONE))
        ledger.events.add(a_merge(2, id=TWO))
    return house


@pytest.mark.parametrize("text", [ONE, ONE[:13], f" {ONE[:12].upper()} "])
def test_an_event_is_found_by_its_id_or_its_beginning(house: House, text: str) -> None:
    assert find_event(house, text).id == ONE


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("01a20659-e", Refused, "several events begin so"),
        ("01a2", UsageError, "too short to mean one event"),
        ("ffffffff", NotFound, "does not exist; list them with"),
    ],
)
def test_what_means_no_single_event_is_told_with_what_to_do(
    house: House, text: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        find_event(house, text)


def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    first = list_events(house, limit=1)
    second = list_events(house, limit=1, cursor=first.next_cursor)

    assert [one.id for one in (*first.items, *second.items)] == [TWO, ONE]
    assert second.next_cursor is None


def test_an_event_is_written_with_what_came_of_it_and_a_sentence_each(house: House) -> None:
    route(house)

    written = to_json(show_event(house, find_event(house, ONE)))

    (decision,) = written["decisions"]
    assert (written["id"], written["type"], written["status"]) == (ONE, "pull_request.merged", "decided")
    assert decision["trigger_id"] == "post-merge"
    assert decision["outcome"] in ("started", "coalesced")
    assert decision["decided_at"].endswith("Z")
    assert decision["sentence"].endswith(decision["run_id"])
