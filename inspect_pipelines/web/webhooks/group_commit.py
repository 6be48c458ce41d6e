"""Group commit: deliveries that arrive together share one durable transaction, since each fsync takes milliseconds."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from inspect_pipelines.domain.event import Delivery
from inspect_pipelines.errors import InspectError, Unavailable
from inspect_pipelines.ports.inbox import Inbox, Stored
from inspect_pipelines.web.duties.duty import Duty

BATCH = 200  # deliveries
FORGET_SECONDS = 60.0  # each delivery wakes it; this is how long a trouble is told while none comes
BATCH_BYTES = 32_000_000
WAITING_BYTES = 200_000_000  # of bodies in memory
WAITING_AT_MOST = 5_000  # ten seconds at the highest rate: a sender that waits longer has hung up already


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    answer: asyncio.Future[Stored]


class GroupCommit(Duty):
    """One thread writes; requests await their share of its next transaction. Used from one event loop.

    Stopping writes everything that waits.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__("inbox", "webhooks", every_seconds=FORGET_SECONDS)
        self._inbox = inbox
        self._waiting: deque[_Waiting] = deque()
        self._bytes_in = self._bytes_out = 0  # each changed by one thread only

    async def store(self, delivery: Delivery) -> Stored:
        """What became of it, once it is on the disk.

        Raises:
            Unavailable: It could not be written, or too many wait; it was not kept.
        """
        if len(self._waiting) >= WAITING_AT_MOST or self._bytes_in - self._bytes_out > WAITING_BYTES:
            raise Unavailable("too many deliveries wait to be written; send this one again")
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._bytes_in += len(delivery.body)
        self._waiting.append(_Waiting(delivery, answer))
        self.wake()
        return await answer

    def turn(self) -> None:
        try:
            while batch := self._next_batch():
                self._write(batch)
        finally:
            if self._waiting:  # trouble with one batch does not keep the next one waiting
                self.wake()

    def last_turn(self) -> None:
        try:
            self.turn()
        finally:
            if self._waiting:
                self.last_turn()

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < BATCH and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].delivery.body)
        self._bytes_out += size
        return batch

    def _write(self, batch: list[_Waiting]) -> None:
        answers: list[Stored] | Unavailable
        answers = Unavailable("the inbox cannot be written; send this delivery again")
        try:
            answers = self._inbox.store([waiting.delivery for waiting in batch])
        except InspectError as error:
            raise Unavailable(f"deliveries were refused: {error}") from error
        finally:  # a sender that is never answered would not send again
            loop = batch[0].answer.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, batch, answers)


def _tell(batch: list[_Waiting], answers: list[Stored] | Unavailable) -> None:
    for number, waiting in enumerate(batch):
        if waiting.answer.done():  # its sender has hung up
            continue
        if isinstance(answers, Unavailable):
            waiting.answer.set_exception(answers)
        else:
            waiting.answer.set_result(answers[number])
