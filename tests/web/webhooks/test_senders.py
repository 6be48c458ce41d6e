"""Services that sign in ways of their own, over HTTP, without a relay."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders import a_source
from houses import a_house, apply
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.ports.house import House
from senders import OTHER_SECRET, SENDER_SECRETS, payload, sender_headers, standard_headers
from webhook_server import events, served

SENDERS = sorted(MAPPINGS)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    for kind, secret in SENDER_SECRETS.items():
        monkeypatch.setenv(f"TEST_{kind.value.upper()}", secret)
    monkeypatch.setenv("TEST_SVIX", OTHER_SECRET)
    sources = [
        a_source(
            id=SourceId(kind.value), kind=kind, secrets=(f"${{env:TEST_{kind.value.upper()}}}",), repos=()
        )
        for kind in SENDERS
    ]
    svix = a_source(id=SourceId("svix"), kind=SourceKind.DEPLOY, secrets=("${env:TEST_SVIX}",), repos=())
    house = a_house(tmp_path)
    apply(house, organization=Organization(DEFAULT_ORG, sources=(*sources, svix)))
    return house


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with served(house) as client:
        yield client


def send(client: httpx.Client, kind: SourceKind, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return client.post(f"/webhooks/{kind.value}/{kind.value}", content=body, headers=headers)


@pytest.mark.parametrize("kind", SENDERS)
def test_a_deploy_of_each_service_arrives_without_a_relay_and_once(
    client: httpx.Client, house: House, kind: SourceKind
) -> None:
    body = payload(f"deploy.{kind.value}")

    first = send(client, kind, body, sender_headers(kind, body))
    again = send(
        client,
        kind,
        body,
        sender_headers(kind, body, webhook_id="other", x_request_uuid="other", x_gitea_delivery="other"),
    )

    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert (again.status_code, again.json()["status"]) == (200, "already have it")
    (event,) = events(house)
    assert (event.type, event.source_id) == ("deployment.completed", kind.value)


@pytest.mark.parametrize("kind", SENDERS)
def test_without_its_header_a_delivery_is_refused_before_its_body(
    client: httpx.Client, kind: SourceKind
) -> None:
    """A body that never comes: whoever waited for it would not answer."""
    head = (
        f"POST /webhooks/{kind.value}/{kind.value} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    )
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=120) as door:
        door.sendall((head + "Content-Length: 100000\r\n\r\n").encode())

        assert door.recv(100).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("kind", SENDERS)
def test_a_forged_signature_is_refused_and_one_source_cannot_speak_for_another(
    client: httpx.Client, house: House, kind: SourceKind
) -> None:
    body = payload(f"deploy.{kind.value}")
    forged = sender_headers(kind, body, secret="a secret that nobody gave us, long enough for all")

    assert send(client, kind, body, forged).status_code == 401
    other = next(one for one in SENDERS if one is not kind)
    answer = client.post(
        f"/webhooks/{other.value}/{kind.value}", content=body, headers=sender_headers(kind, body)
    )
    assert answer.status_code == 401
    assert events(house, 0) == []


def test_svix_headers_name_the_delivery(client: httpx.Client, house: House) -> None:
    body = payload("deploy.own")
    standard = standard_headers(body, "msg-1", at=house.clock.now().timestamp())
    headers = {name.replace("webhook-", "svix-"): value for name, value in standard.items()}

    first = client.post("/webhooks/deploy/svix", content=body, headers=headers)
    again = client.post("/webhooks/deploy/svix", content=body, headers=headers)

    assert (first.status_code, again.status_code) == (202, 200)
    (event,) = events(house)
    assert event.source_delivery_id == "msg-1"
