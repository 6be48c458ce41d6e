"""Somebody who asks the API at an even rate, whether or not earlier answers came; a process of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of the requests; times are from when each was due, so that an asker that lags hides nothing."""

    count: int
    good: int
    seconds: float
    took_seconds: tuple[float, ...]


def ask_at(port: int, paths: Sequence[str], rate: float, seconds: float) -> Answers:
    """Ask for these in turn, so many a second for so long."""
    return asyncio.run(_ask_at(port, paths, rate, int(rate * seconds)))


async def _ask_at(port: int, paths: Sequence[str], rate: float, count: int) -> Answers:
    idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    took: list[float] = []
    statuses: list[int] = []

    async def one(path: str, due: float) -> None:
        request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode()
        reader, writer = await idle.get()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            # A server closes what was idle for some seconds; every HTTP client then opens another connection.
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        took.append(time.perf_counter() - due)
        statuses.append(int(head.split()[1]))
        idle.put_nowait((reader, writer))

    began = time.perf_counter() + 0.1
    tasks = []
    for number in range(count):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(paths[number % len(paths)], due)))
    await asyncio.gather(*tasks)
    spent = time.perf_counter() - began
    while not idle.empty():
        idle.get_nowait()[1].close()
    return Answers(count, statuses.count(200), spent, tuple(took))
