"""A full disk, missing secrets, and where secrets must not be; over real HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from inspect_pipelines.domain.event import Delivery
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.inbox import Stored
from senders import GITHUB_SECRET, OTHER_SECRET, as_json, github_headers, payload, standard_headers
from webhook_server import GENERIC, GITHUB, NEW_SECRET, events, from_github, served


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


def test_a_damaged_inbox_acknowledges_nothing(house: House) -> None:
    with served(replace(house, inbox=DamagedInbox())) as client:
        refused = from_github(client)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json() == {"error": "the inbox cannot be written; send this delivery again"}


class DamagedInbox:
    """Can be asked, and holds nothing that can be read."""

    def store(self, deliveries: Sequence[Delivery]) -> list[Stored]:
        raise Unreadable("the inbox is damaged")

    def waiting(self, limit: int) -> list[Delivery]:
        return []

    def prune(self, *, before: datetime) -> int:
        return 0

    def forget(self, *, before: datetime) -> int:
        return 0


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
    stored = b"".join(file.read_bytes() for file in Path(house.home).rglob("*") if file.is_file())
    for secret in (GITHUB_SECRET.encode(), OTHER_SECRET.encode(), NEW_SECRET.encode(), signature):
        assert secret not in stored
        assert secret.decode() not in caplog.text
