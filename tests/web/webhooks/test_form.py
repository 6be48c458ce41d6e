"""What a request must look like; over real HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import httpx
import pytest

from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.ports.house import House
from senders import as_json, github_headers, payload, standard_headers
from webhook_server import GENERIC, GITHUB, events, from_github


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed(client: httpx.Client, method: str) -> None:
    answer = client.request(method, GITHUB)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_kind_that_is_none_is_not_found(client: httpx.Client) -> None:
    assert client.post("/webhooks/carrier-pigeon/x", content=b"{}").status_code == 404


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
    assert len(house.inbox.known(house.org_id, SourceId("alerts"), ["m-0", "m-1"])) == 1


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
    assert house.inbox.find(house.org_id, event.id).body == body
