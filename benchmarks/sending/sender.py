"""A sender like GitHub: signed deliveries at an even rate, whether or not earlier ones were answered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from dataclasses import dataclass

from benchmarks.sending.place import SECRET

CONNECTIONS = 64
SHA = "9049f1265b7d61be4a8904a9a27120d2064dab3b"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the deliveries; times are from when each was due, so that a sender that lags hides nothing."""

    count: int
    accepted: int
    seconds: float
    ack_seconds: tuple[float, ...]


def a_push(number: int, body_bytes: int) -> bytes:
    """A push whose text is about as long as asked, with commits as GitHub has them; no two are alike."""
    chance = random.Random(number)
    commits = []
    size = 0
    while size < body_bytes - 400:
        commit = {
            "id": chance.randbytes(20).hex(),
            "message": f"Change {chance.randrange(10**6)} of the shop's totals",
            "timestamp": "2026-11-22T07:58:12+01:00",
            "author": {"name": "Ada Lovelace", "email": "ada@acme.example", "username": "ada-lovelace"},
            "added": [],
            "removed": [],
            "modified": [f"src/{chance.randrange(1000)}/total-{number}.ts" for _ in range(3)],
        }
        size += len(json.dumps(commit)) + 2
        commits.append(commit)
    body = {
        "ref": "refs/heads/main",
        "after": SHA,
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "ada-lovelace"},
        "commits": commits,
        "head_commit": commits[-1] if commits else None,
    }
    return json.dumps(body).encode()


def as_request(path: str, host: str, body: bytes, delivery_id: str) -> bytes:
    """The bytes of a signed request."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"x-github-event: push\r\nx-github-delivery: {delivery_id}\r\n"
        f"x-hub-signature-256: sha256={signature}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send_at(url: str, rate: int, seconds: float, body_bytes: int) -> Sent:
    """Send so many a second for so long, over connections that are kept."""
    return asyncio.run(_send_at(url, rate, seconds, body_bytes))


async def _send_at(url: str, rate: int, seconds: float, body_bytes: int) -> Sent:
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    # a few bodies in turn: making each anew would measure the sender's own JSON
    bodies = [a_push(number, body_bytes) for number in range(50)]
    count = int(rate * seconds)
    requests = [
        as_request(f"/{path}", host, bodies[number % len(bodies)], f"bench-{rate}-{number}")
        for number in range(count)
    ]
    idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection(name, int(port)))
    acks: list[float] = []
    statuses: list[int] = []

    async def one(request: bytes, due: float) -> None:
        reader, writer = await idle.get()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            # A server closes what was idle for some seconds; every HTTP client then opens another connection.
            writer.close()
            reader, writer = await asyncio.open_connection(name, int(port))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        acks.append(time.perf_counter() - due)
        statuses.append(int(head.split()[1]))
        idle.put_nowait((reader, writer))

    began = time.perf_counter() + 0.1
    tasks = []
    for number, request in enumerate(requests):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    while not idle.empty():
        idle.get_nowait()[1].close()
    return Sent(count, statuses.count(202), took, tuple(acks))
