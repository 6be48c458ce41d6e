"""The receiver over real HTTP: what it takes, what it refuses, and that both look alike to a stranger."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builders import a_source
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.event import EventStatus, SourceKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.source import Source
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from senders import GITHUB_SECRET, OTHER_SECRET, PAYLOADS, as_json, github_headers, payload, standard_headers
from webhook_server import events, served, until

GITHUB = "/webhooks/github/github-acme"
DEPLOY = "/webhooks/deploy/deploys"
GENERIC = "/webhooks/generic/alerts"
NEW_SECRET = "the secret of tomorrow"


def sources(**generic: object) -> tuple[Source, ...]:
    return (
        a_source(secrets=("${env:TEST_GITHUB_SECRET}", "${env:TEST_NEW_SECRET}")),
        a_source(id=SourceId("deploys"), kind=SourceKind.DEPLOY, secrets=("${env:TEST_OTHER_SECRET}",)),
        a_source(
            id=SourceId("alerts"), kind=SourceKind.GENERIC, secrets=("${env:TEST_OTHER_SECRET}",), **generic
        ),
    )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TEST_GITHUB_SECRET", GITHUB_SECRET)
    monkeypatch.setenv("TEST_NEW_SECRET", NEW_SECRET)
    monkeypatch.setenv("TEST_OTHER_SECRET", OTHER_SECRET)
    house = build(Settings(home=tmp_path))
    (tmp_path / "gallery").mkdir()
    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, sources=sources()), at=house.clock.now())
    yield house
    house.ledger.close()
    house.inbox.close()


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with served(house) as client:
        yield client


def from_github(
    client: httpx.Client, name: str = "push", delivery_id: str = "d-1", **changes: str
) -> httpx.Response:
    body = payload(name)
    return client.post(
        GITHUB, content=body, headers=github_headers(body, name.partition(".")[0], delivery_id, **changes)
    )


# taking in


def test_a_signed_delivery_is_acknowledged_with_the_id_of_its_event(
    client: httpx.Client, house: House
) -> None:
    answer = from_github(client)

    assert answer.status_code == 202
    (event,) = events(house)
    assert answer.json() == {"status": "accepted", "id": event.id}
    assert (event.type, event.status, event.branch) == ("push", EventStatus.RECEIVED, "main")
    assert house.inbox.find(event.id).body == payload("push")


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
    delivery = house.inbox.find(event.id)
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


# once


def test_the_same_delivery_again_is_known(client: httpx.Client, house: House) -> None:
    first, again = from_github(client), from_github(client)

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == {"status": "already have it"}
    assert len(events(house)) == 1


def test_another_body_under_a_known_id_is_refused(client: httpx.Client, house: House) -> None:
    from_github(client, "push")

    answer = from_github(client, "push.tag")

    assert answer.status_code == 409
    assert answer.json()["error"].startswith("another body came under the delivery id 'd-1'")
    assert house.inbox.find(events(house)[0].id).body == payload("push")


def test_a_delivery_sent_from_many_connections_at_once_is_one_event(
    client: httpx.Client, house: House
) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda number: from_github(client).status_code, range(16)))

    assert sorted(codes) == [200] * 15 + [202]
    assert len(events(house)) == 1


# strangers


def signed_otherwise() -> dict[str, tuple[str, bytes, dict[str, str]]]:
    push, own = payload("push"), payload("generic.own")
    good = github_headers(push, "push", "d-1")
    standard = standard_headers(own, "m-1")
    return {
        "no signature": (GITHUB, push, {k: v for k, v in good.items() if k != "x-hub-signature-256"}),
        "another secret": (GITHUB, push, github_headers(push, "push", "d-1", secret="guess")),
        "another body": (GITHUB, push + b" ", good),
        "an odd signature": (GITHUB, push, {**good, "x-hub-signature-256": "sha256=\u00ff"}),
        "sha1 only": (GITHUB, push, {**good, "x-hub-signature-256": "sha1=" + "0" * 40}),
        "an unknown source": ("/webhooks/github/nobody", push, good),
        "a source of another kind": ("/webhooks/github/alerts", push, good),
        "another kind's source": ("/webhooks/generic/github-acme", own, standard),
        "an unknown generic source": ("/webhooks/generic/nobody", own, standard),
        "an old time": (GENERIC, own, standard_headers(own, "m-1", at=time.time() - 310)),
        "a time to come": (GENERIC, own, standard_headers(own, "m-1", at=time.time() + 310)),
        "no time": (GENERIC, own, {**standard, "webhook-timestamp": ""}),
        "a time that is none": (GENERIC, own, {**standard, "webhook-timestamp": "1e9"}),
        "a time beyond all": (GENERIC, own, {**standard, "webhook-timestamp": "9" * 40}),
        "another id": (GENERIC, own, {**standard, "webhook-id": "m-2"}),
        "no comma": (GENERIC, own, {**standard, "webhook-signature": "v1"}),
        "no base64": (GENERIC, own, {**standard, "webhook-signature": "v1,??? v2,x"}),
        "bytes that are no text": (GENERIC, b"\xff\xfe", standard),
        "a deploy's key for GitHub": (GITHUB, own, standard),
    }


@pytest.mark.parametrize("what", sorted(signed_otherwise()))
def test_whatever_is_wrong_with_a_signature_or_a_source_the_answer_is_the_same(
    client: httpx.Client, house: House, what: str
) -> None:
    path, body, headers = signed_otherwise()[what]

    answer = client.post(path, content=body, headers=[(k, v.encode("latin-1")) for k, v in headers.items()])

    assert answer.status_code == 401
    assert answer.json() == {"error": "no source of that name and kind has signed this"}
    assert house.inbox.waiting() == []


def test_a_clock_that_is_four_minutes_off_is_forgiven(client: httpx.Client) -> None:
    body = payload("generic.own")

    for number, seconds in enumerate((-290, 290)):
        headers = standard_headers(body, f"m-{number}", at=time.time() + seconds)
        assert client.post(GENERIC, content=body, headers=headers).status_code == 202


def test_one_good_signature_among_others_is_enough(client: httpx.Client) -> None:
    body = payload("generic.own")
    headers = standard_headers(body, "m-1")
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]

    assert client.post(GENERIC, content=body, headers=headers).status_code == 202


def test_the_twenty_first_bad_signature_of_a_minute_waits_and_good_ones_never_do(
    client: httpx.Client,
) -> None:
    codes = [from_github(client, secret="guess").status_code for _ in range(20)]
    one_more = from_github(client, secret="guess")

    assert codes == [401] * 20
    assert one_more.status_code == 429
    assert 1 <= int(one_more.headers["retry-after"]) <= 60
    assert from_github(client).status_code == 202


def test_a_generic_source_has_its_rate_and_deploys_and_github_have_none(
    client: httpx.Client, house: House
) -> None:
    slow = Organization(DEFAULT_ORG, sources=sources(rate_per_minute=3))
    with house.ledger.write() as ledger:
        ledger.organizations.save(slow, at=house.clock.now())

    def sent(path: str, number: int) -> httpx.Response:
        body = payload("generic.own")
        return client.post(path, content=body, headers=standard_headers(body, f"m-{number}"))

    numbers = iter(range(1000))
    until(lambda: sent(GENERIC, next(numbers)).status_code == 429)
    refused = sent(GENERIC, 1000)

    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json() == {"error": "source 'alerts' may send 3 deliveries a minute"}
    assert {sent(DEPLOY, number).status_code for number in range(30)} == {202}


# form


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed(client: httpx.Client, method: str) -> None:
    answer = client.request(method, GITHUB)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_kind_that_is_none_is_not_found(client: httpx.Client) -> None:
    assert client.post("/webhooks/gitlab/x", content=b"{}").status_code == 404


def test_form_encoding_is_refused_with_the_way_out(client: httpx.Client) -> None:
    answer = from_github(client, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 415
    assert "choose it as the webhook's content type" in answer.json()["error"]


def test_json_with_a_charset_is_json(client: httpx.Client) -> None:
    assert from_github(client, content_type="Application/JSON; charset=utf-8").status_code == 202


def test_a_compressed_body_is_refused_unread(client: httpx.Client) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    headers = github_headers(bomb, "push", "d-1", content_encoding="gzip")

    assert client.post(GITHUB, content=bomb, headers=headers).status_code == 415


def test_a_body_of_the_cap_is_taken_and_one_byte_more_is_not(client: httpx.Client, house: House) -> None:
    fits, too_large = (b'{"x": "' + b"a" * (size - 9) + b'"}' for size in (256_000, 256_001))

    codes = [
        client.post(GENERIC, content=body, headers=standard_headers(body, f"m-{number}")).status_code
        for number, body in enumerate((fits, too_large))
    ]

    assert codes == [202, 413]
    assert len(house.inbox.known(SourceId("alerts"), ["m-0", "m-1"])) == 1


def test_a_body_that_does_not_announce_its_size_is_cut_off_at_the_cap(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    answer = client.post(GENERIC, content=endless(), headers=standard_headers(b"{}", "m-1"))

    assert answer.status_code == 413


def test_a_delivery_of_twenty_megabytes_from_github_is_taken(client: httpx.Client, house: House) -> None:
    content = json.loads(payload("push"))
    content["padding"] = "x" * 20_000_000
    body = as_json(content)

    answer = client.post(GITHUB, content=body, headers=github_headers(body, "push", "d-1"))

    assert answer.status_code == 202
    assert events(house)[0].type == "push"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x_github_delivery", ""),
        ("x_github_delivery", "x" * 201),
        ("x_github_delivery", "a b"),
        ("x_github_event", ""),
        ("x_github_event", "Push!"),
    ],
)
def test_a_signed_delivery_without_a_fit_id_or_kind_is_refused(
    client: httpx.Client, header: str, value: str
) -> None:
    assert from_github(client, **{header: value}).status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[" * 200_000, b'{"a":1,"a":2}', b"\xff\xfe", b'"\\ud800"']
)
def test_signed_nonsense_is_kept_and_shown_as_unreadable(
    client: httpx.Client, house: House, body: bytes
) -> None:
    answer = client.post(GITHUB, content=body, headers=github_headers(body, "push", "d-1"))

    assert answer.status_code == 202
    (event,) = events(house)
    assert event.status is EventStatus.UNREADABLE
    assert house.inbox.find(event.id).body == body


# trouble


def test_a_full_disk_is_answered_with_503_and_the_next_try_is_taken(
    client: httpx.Client, house: House
) -> None:
    from_github(client, delivery_id="d-0")
    with house.inbox._database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    house.inbox.close()
    engine = house.inbox._database._engines.engine()

    def small(connection, record) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    sa.event.listen(engine, "connect", small)
    content = json.loads(payload("push"))
    content["noise"] = noise(300_000)
    body = as_json(content)
    headers = github_headers(body, "push", "d-1")

    refused = client.post(GITHUB, content=body, headers=headers)
    sa.event.remove(engine, "connect", small)
    house.inbox.close()
    taken = client.post(GITHUB, content=body, headers=headers)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json() == {"error": "the inbox cannot be written; send this delivery again"}
    assert taken.status_code == 202


def noise(characters: int) -> str:
    return random.Random(7).randbytes(characters // 2).hex()


def test_a_source_whose_secret_is_not_set_refuses_all_and_health_says_why(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_OTHER_SECRET")

    with served(house) as client:
        body = payload("generic.own")
        answer = client.post(GENERIC, content=body, headers=standard_headers(body, "m-1"))
        told = client.get("/health").json()["parts"]["webhooks"]["problem"]

    assert answer.status_code == 401
    assert "source 'alerts': secret '${env:TEST_OTHER_SECRET}' has no value" in told
    assert OTHER_SECRET not in told


def test_a_secret_that_is_no_key_is_told_without_showing_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_OTHER_SECRET", "hünter2")

    with served(house) as client:
        told = client.get("/health").json()["parts"]["webhooks"]["problem"]

    assert "the secret is not one of Standard Webhooks" in told
    assert "hünter2" not in told


def test_nothing_secret_reaches_the_disk_the_ledger_or_the_log(
    client: httpx.Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    from_github(client)
    from_github(client, secret="guess")
    body = payload("generic.own")
    client.post(GENERIC, content=body, headers=standard_headers(body, "m-1"))
    events(house, 2)

    signature = github_headers(payload("push"), "push", "d-1")["x-hub-signature-256"].encode()
    stored = b"".join(file.read_bytes() for file in house.home.rglob("*") if file.is_file())
    for secret in (GITHUB_SECRET.encode(), OTHER_SECRET.encode(), NEW_SECRET.encode(), signature):
        assert secret not in stored
        assert secret.decode() not in caplog.text
