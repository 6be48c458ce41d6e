"""The budget of bodies that are coming in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.web.webhooks.readings import COUNT, TOTAL_BYTES, Readings, TooLarge

LARGE = bytes(TOTAL_BYTES // 2 + 1)


async def body(*chunks: bytes, stalls: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if stalls:
        await asyncio.Event().wait()


async def many(readings: Readings, *bodies: AsyncIterator[bytes]) -> list[bytes | BaseException]:
    tasks = []
    for one in bodies:
        tasks.append(asyncio.create_task(readings.whole(one, at_most=10**9)))
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


def kinds(results: list[bytes | BaseException]) -> list[type]:
    return [type(result) for result in results]


def test_the_body_that_has_been_coming_for_longest_makes_room_for_the_next() -> None:
    first, second, third = asyncio.run(
        many(Readings(seconds=5), body(LARGE, stalls=True), body(LARGE, stalls=True), body(LARGE))
    )

    assert str(first) == "too many deliveries come at once, and this one took longest; send it again"
    assert kinds([first, second, third]) == [Unavailable, Unavailable, bytes]


def test_room_is_free_again_once_a_body_is_whole_too_slow_or_too_large() -> None:
    readings = Readings(seconds=0.05)

    async def one_after_the_other() -> list[bytes | BaseException]:
        found = [*await many(readings, body(LARGE)), *await many(readings, body(LARGE, stalls=True))]
        with pytest.raises(TooLarge):
            await readings.whole(body(LARGE), at_most=10)
        return found + await many(readings, body(LARGE))

    assert kinds(asyncio.run(one_after_the_other())) == [bytes, TimeoutError, bytes]
    assert (readings._bytes, readings._readings) == (0, {})


def test_so_many_small_ones_that_stall_push_out_their_oldest() -> None:
    stalling = [body(b"{", stalls=True) for _ in range(COUNT + 2)]

    found = asyncio.run(many(Readings(seconds=2), *stalling))

    assert kinds(found) == [Unavailable] * 2 + [TimeoutError] * COUNT
