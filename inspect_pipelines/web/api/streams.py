"""Streams: connections that stay open and are told what happens (server-sent events)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from inspect_pipelines.errors import InspectError
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.api import problem
from inspect_pipelines.web.api.route import Asked

EVENT_STREAM = EventSourceResponse.media_type
OF_EACH, ALTOGETHER = 20, 100  # streams at once, of an organisation and of a server
HEARTBEAT_SECONDS = 15.0  # proxies close what is silent for a minute; access is looked at again as often
LOOK_EVERY_SECONDS = 0.5  # and how soon a stream notices that the server stops
LONGEST_SECONDS = 3600.0
RETRY_MS = 2000  # until a client that was cut off comes again


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say at one look."""

    events: Sequence[bytes] = ()
    is_last: bool = False


class Streams:
    """All of a process.

    Args:
        longest_seconds: How long one stays open; its client comes again, and misses nothing.
    """

    def __init__(
        self,
        *,
        longest_seconds: float = LONGEST_SECONDS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._longest, self._heartbeat, self._look_every = (
            longest_seconds,
            heartbeat_seconds,
            look_every_seconds,
        )
        self._room = Room("streams are open", each=OF_EACH, altogether=ALTOGETHER)
        self._are_ending = False

    def end(self) -> None:
        """Have each end at its next look: the server stops, and must not wait for who stays connected."""
        self._are_ending = True

    def answer(
        self, asked: Asked, look: Callable[[], Told], *, admit_again: Callable[[], object]
    ) -> EventSourceResponse:
        """An answer that goes on.

        Args:
            asked: Who asks.
            look: Called again and again, in a thread; says what is new since it was called before.
            admit_again: Raises when whoever asks may not any more.

        Raises:
            NoRoom: As many are open as may be.
        """
        org_id = asked.house.org_id
        self._room.take(org_id)
        return Stream(self._told(look, admit_again), lambda: self._room.give_back(org_id))

    async def _told(
        self, look: Callable[[], Told], admit_again: Callable[[], object]
    ) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=RETRY_MS)
        began = spoke = admitted = anyio.current_time()
        try:
            while True:
                told = await anyio.to_thread.run_sync(look)
                for event in told.events:
                    yield event
                now = anyio.current_time()
                if told.events:
                    spoke = now
                elif now - spoke >= self._heartbeat:
                    yield KEEPALIVE_COMMENT
                    spoke = now
                if told.is_last or self._are_ending or now - began >= self._longest:
                    return
                if now - admitted >= self._heartbeat:
                    await anyio.to_thread.run_sync(admit_again)
                    admitted = now
                await anyio.sleep(self._look_every)
        except InspectError as error:
            yield event_of("problem", problem.body_of(problem.kind_of(error), str(error)))


class Stream(EventSourceResponse):
    """FastAPI's, which gives its place back however it ends."""

    def __init__(self, content: AsyncIterator[bytes], give_back: Callable[[], None]) -> None:
        # private to whoever asks, and no proxy gathers it before it passes it on
        super().__init__(content, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._give_back()


def event_of(name: str, value: Any, *, known_as: str | None = None) -> bytes:
    """One event, its value in the one JSON shape that it has everywhere."""
    written: Mapping[str, Any] = to_json(value)
    return format_sse_event(event=name, data_str=json.dumps(written, ensure_ascii=False), id=known_as)
