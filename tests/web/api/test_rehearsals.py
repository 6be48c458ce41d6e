"""Triggers tried out over the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from houses import of_another
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import OrgId, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.source import Source
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from web_app import TestClient, a_client

V1 = "/api/v1"
TEST = f"{V1}/triggers/{ledger_rows.TRIGGER.id}/test"
MERGED = Path(__file__).parents[2] / "payloads" / "pull_request.merged.json"


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def tried(client: TestClient, address: str = TEST, status: int = 200, **wish: Any) -> Any:
    answer = client.post(address, json=wish)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_an_event_that_came_says_what_it_would_start(client: TestClient, ours: House) -> None:
    before = client.get(f"{V1}/runs").json()

    told = tried(client, event_id=ledger_rows.EVENT.id)

    (one,) = told["triggers"]
    assert told["type"] == ledger_rows.EVENT.type
    assert (one["trigger_id"], one["answer"]) == (ledger_rows.TRIGGER.id, "yes")
    assert one["would"].startswith("would join batch b1")  # which waits for its quiet
    assert tried(client, f"{V1}/triggers/test", event_id=ledger_rows.EVENT.id) == told
    assert client.get(f"{V1}/runs").json() == before


def test_a_payload_says_what_it_would_start(client: TestClient, ours: House) -> None:
    source = Source(SourceId("github"), SourceKind.GITHUB, ("${env:X}",))
    with ours.ledger.write() as ledger:
        ledger.organizations.save(Organization(ours.org_id, sources=(source,)), at=ours.clock.now())
    payload = MERGED.read_text(encoding="utf-8")

    told = tried(client, payload=payload, kind="pull_request", paths=["src/cart.js"])
    without = tried(client, status=400, payload=payload)

    assert (told["type"], told["triggers"][0]["answer"]) == ("pull_request.merged", "yes")
    assert "says not what it is" in without["detail"]


@pytest.mark.parametrize(
    ("wish", "status", "says"),
    [
        ({}, 400, "name either `payload` or `event_id`"),
        ({"event_id": ledger_rows.EVENT.id, "payload": "{}"}, 400, "name either `payload` or `event_id`"),
        ({"event_id": "01900000-0000-7000-8000-00000000ffff"}, 404, "there is no event"),
        ({"payload": "{}", "source_id": "nobody"}, 404, "source 'nobody'"),
        ({"payload": "x" * 1_000_001}, 400, "body payload"),
        ({"payload": "{}", "while": 1}, 400, "body while"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    client: TestClient, wish: dict[str, Any], status: int, says: str
) -> None:
    assert says in tried(client, status=status, **wish)["detail"]


def test_a_trigger_that_is_not_there_is_not_tried(client: TestClient) -> None:
    address = f"{V1}/triggers/{ledger_rows.NIGHTLY.id}/test"  # a schedule

    assert "there is no trigger" in tried(client, address, 404, event_id=ledger_rows.EVENT.id)["detail"]


def test_another_organisations_event_is_not_there(filled: House) -> None:
    acme = of_another(filled, OrgId("acme"))
    client = a_client(filled, others=[acme.org_id])

    answer = client.post(
        f"{V1}/triggers/test",
        json={"event_id": ledger_rows.EVENT.id},
        headers=bearer(a_token(acme, "tries")),
    )

    assert answer.status_code == 404
