"""Bodies that come too slowly, not to their end, or too many at once; in ASGI's own words, since no sender does so on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from houses import an_estate
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from inspect_pipelines.web.webhooks.readings import Readings
from inspect_pipelines.web.webhooks.receiver import Receiver
from senders import github_headers, payload, standard_headers
from webhook_server import GENERIC, GITHUB, sources

Receive = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture
def receiver(house: House) -> Iterator[Receiver]:
    known = KnownSources(an_estate(house))
    known.refresh()
    group = GroupCommit(house.inbox)
    group.start()
    yield Receiver(known, group, house.clock, lambda: None, readings=Readings(seconds=0.2))
    group.stop()


async def answer(
    receiver: Receiver,
    receive: Receive,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    path: str = GITHUB,
) -> int:
    """The status of the answer to a signed push, but for these headers, whose body comes as `receive` says."""
    headers = github_headers(payload("push"), "push", "d-1") | dict(headers)
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await receiver.routes()[0](scope, receive, send)
    return int(sent[0]["status"])


def chunks(*bodies: bytes, then: Receive | None = None) -> Receive:
    """One message a body; after the last one the request is complete, or `then` says what comes."""
    messages = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        return await then() if then else {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def never() -> dict[str, Any]:
    return await asyncio.Event().wait()  # type: ignore[return-value]


async def hung_up() -> dict[str, Any]:
    return {"type": "http.disconnect"}


def test_a_body_in_pieces_is_put_together(receiver: Receiver, house: House) -> None:
    body = payload("push")

    assert asyncio.run(answer(receiver, chunks(body[:7], b"", body[7:]))) == 202
    assert house.inbox.waiting()[0].body == body


def test_a_body_that_does_not_come_is_given_up(receiver: Receiver, house: House) -> None:
    assert asyncio.run(answer(receiver, chunks(b"{", then=never))) == 408
    assert house.inbox.waiting() == []


def test_a_sender_that_hangs_up_halfway_leaves_nothing(receiver: Receiver, house: House) -> None:
    assert asyncio.run(answer(receiver, chunks(payload("push")[:100], then=hung_up))) == 400
    assert house.inbox.waiting() == []


def test_a_crowd_that_stalls_pushes_itself_out_and_a_signed_delivery_gets_in(receiver: Receiver) -> None:
    """Nine stalled connections to a source that did not exist held the whole budget: 503 for everybody, for 16 s."""
    large = bytes(24_000_000)

    async def crowd() -> tuple[int, list[int]]:
        stalled = [asyncio.create_task(answer(receiver, chunks(large, then=never))) for _ in range(9)]
        await asyncio.sleep(0)
        signed = await answer(receiver, chunks(payload("push")))
        return signed, await asyncio.gather(*stalled)

    signed, stalled = asyncio.run(crowd())

    assert signed == 202
    assert set(stalled) == {408, 503}
    assert stalled == sorted(stalled, reverse=True), "those that came first were given up first"


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"x-hub-signature-256": ""}, GITHUB),
        ({}, "/webhooks/github/nobody"),
        ({}, "/webhooks/deploy/github-acme"),
        ({"webhook-id": "m-1", "webhook-timestamp": "1"}, GENERIC),
    ],
)
def test_not_a_byte_is_read_of_what_no_signature_could_get_in(
    receiver: Receiver, headers: dict[str, str], path: str
) -> None:
    assert asyncio.run(answer(receiver, untouched, headers=headers, path=path)) == 401


def test_not_a_byte_is_read_of_a_source_that_has_used_up_its_minute(receiver: Receiver, house: House) -> None:
    slow = Organization(DEFAULT_ORG, sources=sources(rate_per_minute=1))
    with house.ledger.write() as ledger:
        ledger.organizations.save(slow, at=house.clock.now())
    receiver._sources.refresh()
    body = payload("generic.own")
    taken = asyncio.run(answer(receiver, chunks(body), headers=standard_headers(body, "m-1"), path=GENERIC))

    refused = asyncio.run(answer(receiver, untouched, headers=standard_headers(body, "m-2"), path=GENERIC))

    assert (taken, refused) == (202, 429)


async def untouched() -> dict[str, Any]:
    raise AssertionError("somebody asked for the body")
