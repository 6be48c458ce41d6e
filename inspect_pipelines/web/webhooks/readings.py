"""Readings: bodies that are coming in, of whose senders nobody knows yet who they are, within a small budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from inspect_pipelines.errors import Unavailable

TOTAL_BYTES = 64_000_000  # two of GitHub's largest and some thousand of the usual ones
COUNT = 256
SECONDS = 20.0  # a body that comes more slowly than this is given up; GitHub itself gives up after 10 s


class TooLarge(Exception):
    """A body has more bytes than it may."""


@dataclass(eq=False, slots=True)
class _Reading:
    timeout: asyncio.Timeout
    size: int = 0
    is_given_up: bool = False


class Readings:
    """When there is no room for more, the one that has been coming for longest makes it.

    Signed deliveries come in milliseconds; what stalls is what nobody can tell from an attack. So a crowd of stalled
    senders only pushes itself out. What is whole and verified counts no more here, but where it waits to be written.

    Args:
        seconds: How long a body may take to arrive.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._readings: dict[_Reading, None] = {}  # oldest first
        self._bytes = 0

    async def whole(self, stream: AsyncIterator[bytes], *, at_most: int) -> bytes:
        """The raw body; never more of it in memory than the cap and one chunk.

        Raises:
            TooLarge: It has more bytes than it may.
            TimeoutError: It did not come in time.
            Unavailable: Others needed the room.
        """
        chunks: list[bytes] = []
        reading: _Reading | None = None
        try:
            async with asyncio.timeout(self._seconds) as timeout:
                with self._entered(_Reading(timeout)) as reading:
                    async for chunk in stream:
                        self._grow(reading, len(chunk))
                        if reading.size > at_most:
                            raise TooLarge
                        chunks.append(chunk)
        except TimeoutError as error:
            if reading is not None and reading.is_given_up:
                raise Unavailable(
                    "too many deliveries come at once, and this one took longest; send it again"
                ) from error
            raise
        return b"".join(chunks)

    @contextmanager
    def _entered(self, reading: _Reading) -> Iterator[_Reading]:
        self._readings[reading] = None
        if len(self._readings) > COUNT:
            self._give_up_oldest()
        try:
            yield reading
        finally:
            self._leave(reading)

    def _grow(self, reading: _Reading, size: int) -> None:
        if reading.is_given_up:
            return
        reading.size += size
        self._bytes += size
        while self._bytes > TOTAL_BYTES:
            self._give_up_oldest()

    def _give_up_oldest(self) -> None:
        oldest = next(iter(self._readings))
        self._leave(oldest)
        oldest.is_given_up = True
        oldest.timeout.reschedule(asyncio.get_running_loop().time())

    def _leave(self, reading: _Reading) -> None:
        if reading in self._readings:
            del self._readings[reading]
            self._bytes -= reading.size
