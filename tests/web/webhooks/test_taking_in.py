"""What is signed becomes an event, each once; over real HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from builders import a_delivery, a_source
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from patience import until
from senders import GITHUB_SECRET, PAYLOADS, github_headers, payload, standard_headers
from webhook_server import DEPLOY, GENERIC, GITHUB, NEW_SECRET, events, from_github, served


def test_a_signed_delivery_is_acknowledged_with_the_id_of_its_event(
    client: httpx.Client, house: House
) -> None:
    answer = from_github(client)

    assert answer.status_code == 202
    (event,) = events(house)
    assert answer.json() == {"status": "accepted", "id": event.id}
    assert (event.type, event.status, event.branch) == ("push", EventStatus.RECEIVED, "main")
    assert house.inbox.find(house.org_id, event.id).body == payload("push")


@pytest.mark.parametrize("name", sorted(file.stem for file in PAYLOADS.glob("*.json")))
def test_every_example_is_acknowledged(client: httpx.Client, house: House, name: str) -> None:
    kind, body = name.partition(".")[0], payload(name)
    if kind in ("deploy", "generic"):
        path = {"deploy": DEPLOY, "generic": GENERIC}[kind]
        answer = client.post(path, content=body, headers=standard_headers(body, "d-1"))
    else:
        answer = from_github(client, name)

    assert answer.status_code == 202
    (event,) = events(house)
    assert event.id == answer.json()["id"]


def test_a_ping_is_answered_and_ignored(client: httpx.Client, house: House) -> None:
    assert from_github(client, "ping").status_code == 202
    assert events(house)[0].status is EventStatus.IGNORED


def test_both_secrets_are_good_while_one_is_being_changed(client: httpx.Client) -> None:
    answers = [
        from_github(client, delivery_id=f"d-{number}", secret=secret)
        for number, secret in enumerate((GITHUB_SECRET, NEW_SECRET))
    ]

    assert [answer.status_code for answer in answers] == [202, 202]


def test_an_applied_source_is_known_within_seconds_without_a_restart(
    client: httpx.Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LATE", "late secret")
    late = a_source(id=SourceId("late"), secrets=("${env:TEST_LATE}",))
    body = payload("push")
    headers = github_headers(body, "push", "d-1", secret="late secret")
    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, sources=(late,)), at=house.clock.now())

    until(lambda: client.post("/webhooks/github/late", content=body, headers=headers).status_code == 202)


def test_a_slash_behind_the_address_is_no_redirect(client: httpx.Client) -> None:
    """GitHub took our 307 for a failure; and its Location was whatever host the sender named."""
    body = payload("push")
    answer = client.post(GITHUB + "/", content=body, headers=github_headers(body, "push", "d-1"))

    assert answer.status_code == 202
    assert client.get("/health/").status_code == 404


def test_webhooks_are_taken_under_whatever_host_name_they_come(client: httpx.Client) -> None:
    assert from_github(client, host="hooks.acme.example").status_code == 202
    assert client.get("/health", headers={"host": "hooks.acme.example"}).status_code == 400


def test_what_waits_after_a_restart_is_taken_in(house: House) -> None:
    with served(house, route=None) as client:
        from_github(client)
    before = len(events(house))
    house.inbox.store([replace_id(house, "01900000-0000-7000-8000-00000000ffff")])

    with served(house):
        found = events(house, before + 1)

    assert len(found) == before + 1


def replace_id(house: House, event_id: str):
    (event,) = events(house)
    delivery = house.inbox.find(house.org_id, event.id)
    return replace(delivery, id=event_id, source_delivery_id="another")


def test_the_route_is_called_once_events_are_there(house: House) -> None:
    seen = []

    def route(house: House) -> None:
        with house.ledger.read() as ledger:
            seen.extend(ledger.events.with_status(EventStatus.RECEIVED))

    with served(house, route) as client:
        from_github(client)
        until(lambda: seen)

    assert seen[0].type == "push"


def test_a_route_that_fails_is_told_by_health_and_does_not_end_the_intake(house: House) -> None:
    def route(house: House) -> None:
        raise RuntimeError("a defect")

    with served(house, route) as client:
        from_github(client, delivery_id="d-1")
        events(house)
        until(lambda: "RuntimeError" in (client.get("/health").json()["parts"]["webhooks"]["problem"] or ""))
        from_github(client, delivery_id="d-2")

        assert len(events(house, 2)) == 2


def test_the_same_delivery_again_is_known(client: httpx.Client, house: House) -> None:
    first, again = from_github(client), from_github(client)

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == {"status": "already have it"}
    assert len(events(house)) == 1


def test_what_a_receiver_stored_that_was_killed_before_it_answered_is_known_when_it_is_sent_again(
    house: House,
) -> None:
    stored = a_delivery(
        kind="push", body=payload("push"), source_delivery_id="d-1", received_at=house.clock.now()
    )
    house.inbox.store([stored])

    with served(house) as client:
        answer = from_github(client)
        found = events(house)

    assert answer.status_code == 200
    assert [event.id for event in found] == [stored.id]


def test_another_body_under_a_known_id_is_refused(client: httpx.Client, house: House) -> None:
    from_github(client, "push")

    answer = from_github(client, "push.tag")

    assert answer.status_code == 409
    assert answer.json()["error"].startswith("another body came under the delivery id 'd-1'")
    assert house.inbox.find(house.org_id, events(house)[0].id).body == payload("push")


def test_a_delivery_sent_from_many_connections_at_once_is_one_event(
    client: httpx.Client, house: House
) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda number: from_github(client).status_code, range(16)))

    assert sorted(codes) == [200] * 15 + [202]
    assert len(events(house)) == 1
