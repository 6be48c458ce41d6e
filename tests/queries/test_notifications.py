from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW
from houses import a_house
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.notifications import (
    is_due,
    list_notifications,
    receipts_of,
    show_notification,
)
from messages import a_notification
from resources.channels.registry import CHANNELS

SLACK, MAIL = a_notification("slack:#qa", number=1), a_notification("email:ada@acme.example", number=2)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def stored(house: House) -> None:
    with house.ledger.write() as ledger:
        for one in (SLACK, MAIL):
            ledger.outbox.store(one)


def test_a_message_is_written_with_its_kind_and_every_try(house: House) -> None:
    stored(house)
    with house.ledger.write() as ledger:
        tried = ledger.outbox.claim_next("sender", now=NOW, until=NOW + timedelta(minutes=1), kinds=CHANNELS)
    assert tried is not None
    assert tried.message is not None

    written = to_json(show_notification(house, tried))

    assert (written["target"], written["attempts"]) == (tried.target, 1)
    assert written["kind"] == tried.message.kind.value
    assert [(one["number"], one["ended_at"]) for one in written["tries"]] == [(1, None)]


def test_a_message_without_a_document_is_of_its_rules_kind(house: House) -> None:
    plain = a_notification(number=3)
    with house.ledger.write() as ledger:
        ledger.outbox.store(replace(plain, message=None))

    (found,) = list_notifications(house).items

    assert found.kind == "on_failure"


def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    stored(house)

    first = list_notifications(house, limit=1)
    second = list_notifications(house, limit=1, cursor=first.next_cursor)

    assert {one.notification.id for one in (*first.items, *second.items)} == {SLACK.id, MAIL.id}
    assert second.next_cursor is None


def test_each_target_of_a_run_has_its_answer_or_how_far_it_is(house: House) -> None:
    stored(house)

    assert receipts_of(house, SLACK.run_id) == {SLACK.target: "stored", MAIL.target: "stored"}


def test_something_is_due_once_it_is_stored(house: House) -> None:
    before = is_due(house)
    stored(house)

    assert (before, is_due(house)) == (False, True)
