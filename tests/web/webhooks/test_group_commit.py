"""Deliveries that arrive together share a transaction; trouble with it reaches every one of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from builders import a_delivery
from inspect_pipelines.domain.event import Delivery
from inspect_pipelines.errors import SetupMissing, Unavailable
from inspect_pipelines.ports.inbox import Stored
from inspect_pipelines.web.webhooks.group_commit import BATCH, WAITING_BYTES, GroupCommit
from patience import until


class HeldInbox:
    """An inbox whose transactions wait until the test lets them go."""

    def __init__(self) -> None:
        self.batches: list[list[Delivery]] = []
        self.go = threading.Event()
        self.began = threading.Event()
        self.failure: Exception | None = None

    def store(self, deliveries: Sequence[Delivery]) -> list[Stored]:
        self.began.set()
        assert self.go.wait(120)
        if self.failure:
            raise self.failure
        self.batches.append(list(deliveries))
        return [Stored.NEW] * len(deliveries)


@pytest.fixture
def inbox() -> HeldInbox:
    return HeldInbox()


def played(inbox: HeldInbox, play: Callable[[GroupCommit], object]) -> object:
    """What a story over a started group commit returns."""

    async def story() -> object:
        group = GroupCommit(inbox)
        group.start()
        try:
            return await play(group)
        finally:
            inbox.go.set()
            await asyncio.to_thread(group.stop)

    return asyncio.run(story())


async def first_is_being_written(group: GroupCommit, inbox: HeldInbox) -> asyncio.Task[Stored]:
    first = asyncio.create_task(group.store(a_delivery(0)))
    await asyncio.to_thread(inbox.began.wait, 20)
    return first


def test_what_arrives_while_one_is_written_is_written_together(inbox: HeldInbox) -> None:
    async def play(group: GroupCommit) -> list[Stored]:
        first = await first_is_being_written(group, inbox)
        others = [asyncio.create_task(group.store(a_delivery(number))) for number in range(1, BATCH + 3)]
        await asyncio.sleep(0)
        inbox.go.set()
        return await asyncio.gather(first, *others)

    assert played(inbox, play) == [Stored.NEW] * (BATCH + 3)
    assert [len(batch) for batch in inbox.batches] == [1, BATCH, 2]
    assert [delivery.id for batch in inbox.batches for delivery in batch] == [
        a_delivery(number).id for number in range(BATCH + 3)
    ]


@pytest.mark.parametrize(
    "failure", [Unavailable("full"), SetupMissing("no rights"), RuntimeError("a defect")]
)
def test_what_could_not_be_written_is_refused_and_the_next_is_taken(
    inbox: HeldInbox, failure: Exception
) -> None:
    async def play(group: GroupCommit) -> object:
        inbox.failure = failure
        inbox.go.set()
        refused = await asyncio.gather(
            *(group.store(a_delivery(number)) for number in range(3)), return_exceptions=True
        )
        inbox.failure = None
        return refused, await group.store(a_delivery(9))

    refused, taken = played(inbox, play)

    assert [str(one) for one in refused] == ["the inbox cannot be written; send this delivery again"] * 3
    assert all(isinstance(one, Unavailable) for one in refused)
    assert taken is Stored.NEW


@pytest.mark.parametrize("failure", [Unavailable("full"), RuntimeError("a defect")])
def test_a_batch_that_could_not_be_written_does_not_keep_the_next_one_waiting(
    inbox: HeldInbox, failure: Exception
) -> None:
    async def play(group: GroupCommit) -> list[object]:
        inbox.failure = failure
        first = await first_is_being_written(group, inbox)
        others = [asyncio.create_task(group.store(a_delivery(number))) for number in range(1, BATCH + 2)]
        await asyncio.sleep(0)
        inbox.go.set()
        return await asyncio.wait_for(asyncio.gather(first, *others, return_exceptions=True), 20)

    refused = played(inbox, play)

    assert [type(one) for one in refused] == [Unavailable] * (BATCH + 2)


def test_health_hears_that_the_inbox_cannot_be_written_until_it_can(inbox: HeldInbox) -> None:
    async def play(group: GroupCommit) -> tuple[str, str]:
        inbox.failure = Unavailable("the disk is full")
        inbox.go.set()
        await asyncio.gather(group.store(a_delivery(1)), return_exceptions=True)
        await asyncio.to_thread(until, lambda: group.problem)
        told = group.problem
        inbox.failure = None
        await group.store(a_delivery(2))
        await asyncio.to_thread(until, lambda: not group.problem)
        return told, group.problem

    assert played(inbox, play) == ("deliveries were refused: the disk is full", "")


def test_a_sender_that_hung_up_does_not_disturb_the_others(inbox: HeldInbox) -> None:
    async def play(group: GroupCommit) -> Stored:
        first = await first_is_being_written(group, inbox)
        first.cancel()
        second = asyncio.create_task(group.store(a_delivery(1)))
        await asyncio.sleep(0)
        inbox.go.set()
        return await second

    assert played(inbox, play) is Stored.NEW


def test_bodies_that_would_fill_the_memory_are_refused_until_others_are_written(inbox: HeldInbox) -> None:
    large = bytes(WAITING_BYTES // 2 + 1)

    async def play(group: GroupCommit) -> object:
        first = await first_is_being_written(group, inbox)
        waiting = [asyncio.create_task(group.store(a_delivery(number, body=large))) for number in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="too many deliveries wait"):
            await group.store(a_delivery(3))
        inbox.go.set()
        await asyncio.gather(first, *waiting)
        return await group.store(a_delivery(3))

    assert played(inbox, play) is Stored.NEW


def test_stopping_writes_what_waits(inbox: HeldInbox) -> None:
    async def play(group: GroupCommit) -> object:
        first = await first_is_being_written(group, inbox)
        second = asyncio.create_task(group.store(a_delivery(1)))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(asyncio.to_thread(group.stop))
        inbox.go.set()
        await stopping
        return await asyncio.gather(first, second)

    assert played(inbox, play) == [Stored.NEW] * 2
