"""Bodies that come too slowly, not to their end, or too many at once; in ASGI's own words, since no sender does so on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from inspect_pipelines.ports.house import House
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from inspect_pipelines.web.webhooks.receiver import IN_FLIGHT_BYTES, Receiver
from senders import github_headers, payload
from webhook_server import GITHUB

Receive = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture
def receiver(house: House) -> Iterator[Receiver]:
    sources = KnownSources(house)
    sources.refresh()
    group = GroupCommit(house.inbox)
    group.start()
    yield Receiver(sources, group, house.clock, lambda: None, body_seconds=0.2)
    group.stop()


async def answer(receiver: Receiver, receive: Receive) -> int:
    """The status of the answer to a signed push whose body comes as `receive` says."""
    headers = github_headers(payload("push"), "push", "d-1")
    scope = {
        "type": "http",
        "method": "POST",
        "path": GITHUB,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await receiver.route()(scope, receive, send)
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


def test_so_many_large_bodies_at_once_are_told_to_come_again_and_then_there_is_room(
    receiver: Receiver,
) -> None:
    large = bytes(24_000_000)

    async def crowd() -> list[int]:
        count = IN_FLIGHT_BYTES // len(large) + 1
        return await asyncio.gather(*(answer(receiver, chunks(large, then=never)) for _ in range(count)))

    statuses = asyncio.run(crowd())

    assert statuses.count(503) == 1
    assert statuses.count(408) == len(statuses) - 1
    assert asyncio.run(answer(receiver, chunks(payload("push")))) == 202
