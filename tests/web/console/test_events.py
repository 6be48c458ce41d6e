"""Events in the console: why they started something or not, what their sources sent, and another look at them."""

from __future__ import annotations

from dataclasses import replace

import pytest

import ledger_rows
from inspect_pipelines.domain.event import Delivery, EventStatus
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.events import event_with
from pressing import EVIL, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

EVENT = ledger_rows.EVENT
PLACE = f"/events/{EVENT.id}"
OTHER = replace(EVENT, id=EventId("01900000-0000-7000-8000-00000000cccc"), source_delivery_id="other")


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def decide(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.events.save(replace(EVENT, status=EventStatus.DECIDED))


def deliver(house: House, body: bytes) -> str:
    """Another event, that its source sent so; returns its page's address."""
    sent = Delivery(
        OTHER.id, OTHER.org_id, OTHER.source_id, OTHER.source_kind, OTHER.source_delivery_id, "pull_request", body,
        OTHER.received_at,
    )  # fmt: skip
    house.inbox.store([sent])
    return a_page_of_it(house)


def a_page_of_it(house: House) -> str:
    with house.ledger.write() as ledger:
        ledger.events.add(OTHER)
    return f"/events/{OTHER.id}"


def test_an_event_says_what_it_started_and_why(client: TestClient) -> None:
    listed, page = shown(client, "/events"), shown(client, PLACE)

    assert f'href="{PLACE}"' in listed
    assert f'href="/runs/{ledger_rows.RUNNING.id}">started a run</a>' in listed
    assert f'<a href="/runs/{ledger_rows.RUNNING.id}">a run</a> because <span dir="auto">it matched' in page


def test_a_payload_that_is_kept_no_longer_is_said_so(client: TestClient, ours: House) -> None:
    assert "not kept any more" in shown(client, a_page_of_it(ours))


def test_what_the_source_sent_is_laid_out_and_stays_text(client: TestClient, ours: House) -> None:
    page = shown(client, deliver(ours, b'{"action": "closed", "title": "<script>alert(1)</script>"}'))

    assert "  &#34;action&#34;: &#34;closed&#34;,\n" in page
    refuse_markup(page)


def test_what_is_no_json_is_shown_as_it_came_and_at_most_its_beginning(
    client: TestClient, ours: House
) -> None:
    page = shown(client, deliver(ours, b"payload=" + b"x" * 100_000))

    assert "<code>payload=xxx" in page
    assert f'href="/api/v1/events/{OTHER.id}/payload"' in page
    assert len(page) < 80_000


def test_a_replay_looks_at_it_once_more_however_often_it_is_pressed(client: TestClient, ours: House) -> None:
    decide(ours)

    answers = [press(client, f"{PLACE}/replay") for _ in range(2)]

    assert {one.headers["location"] for one in answers} == {f"{PLACE}#decisions"}
    assert audited(ours).count(("event.replay", EVENT.id, "console")) == 1
    found = event_with(ours, EVENT.id)
    assert found is not None
    assert found.event.replay == "r1"
    assert "replay 1" in shown(client, PLACE)


def test_an_event_on_its_way_is_not_replayed_and_the_page_says_why(client: TestClient) -> None:
    answer = press(client, f"{PLACE}/replay")

    assert answer.status_code == 400
    assert "it is still on its way" in answer.text


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    event = replace(
        EVENT,
        id=EventId("01900000-0000-7000-8000-00000000eeee"), source_delivery_id="evil", status=EventStatus.UNDECIDED,
        type=EVIL, title=EVIL, problem=EVIL, remarks=(EVIL,), repo=EVIL, branch=EVIL, url=f"javascript:{EVIL}",
        labels=(EVIL,), paths=(EVIL,), environment=EVIL, author=EVIL,
    )  # fmt: skip
    with ours.ledger.write() as ledger:
        ledger.events.add(event)

    for address in ("/events", f"/events/{event.id}"):
        refuse_markup(shown(client, address))
    assert 'href="javascript' not in shown(client, f"/events/{event.id}")


def test_where_nothing_was_told_the_page_says_how_to_let_it_be(client: TestClient, ours: House) -> None:
    assert "No event is ignored" in shown(client, "/events?status=ignored")


def test_a_long_list_has_pages(client: TestClient, ours: House) -> None:
    with ours.ledger.write() as ledger:
        for number in range(60):
            ledger.events.add(
                replace(EVENT, id=EventId(f"01900000-0000-7000-8000-0000000a{number:04d}"), source_delivery_id=f"n{number}")
            )  # fmt: skip

    page = shown(client, "/events")

    assert page.count('<tr id="event-') == 50
    assert 'rel="next" href="/events?cursor=' in page
