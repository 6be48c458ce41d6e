"""Deliveries sent again and again, in any order, while the receiver is killed; then the books are checked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sending.place import HOST, SOURCE, Receiver, a_receiver
from benchmarks.sending.sender import a_push, as_request
from inspect_pipelines.domain.trigger import Trigger

BODY_BYTES = 4_000
SENDERS = 16
TIMES = (1, 3)
GIVE_UP_SECONDS = 120.0
ANSWER_SECONDS = 10.0  # as long as GitHub waits

Effects = Callable[[Receiver], Counter[str]]
"""How many effects each delivery id has had: events here; whoever builds on them counts runs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which delivery is sent when, and after how many sendings the receiver is killed."""

    sendings: tuple[int, ...]
    kills_after: frozenset[int]
    deliveries: int


@dataclass
class Said:
    """What the receiver answered."""

    new: Counter[str] = field(default_factory=Counter)  # 202s by delivery id
    again: Counter[str] = field(default_factory=Counter)  # 200s
    unanswered: int = 0  # connections that broke: sent again
    others: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Books:
    """What must all be zero."""

    lost: int  # deliveries without an effect
    doubled: int  # deliveries with several
    told_twice: int  # in the journal
    missing_in_history: int
    accepted_twice: int  # 202 for a delivery that had been accepted already
    waiting: int
    refused: int


def plan(seed: int, deliveries: int, kills: int) -> Plan:
    chance = random.Random(seed)
    sendings = [number for number in range(deliveries) for _ in range(chance.randint(*TIMES))]
    chance.shuffle(sendings)
    return Plan(tuple(sendings), frozenset(chance.sample(range(len(sendings)), kills)), deliveries)


def send_all(receiver: Receiver, wanted: Plan, say: Callable[[str], None]) -> Said:
    """Send everything; each sending is repeated until it is answered."""
    return asyncio.run(_send_all(receiver, wanted, say))


def check(receiver: Receiver, wanted: Plan, said: Said, effects: Effects) -> Books:
    """The books: effects, journal, history, inbox."""
    receiver.events_once_quiet(wanted.deliveries)
    ids = {delivery_id(number) for number in range(wanted.deliveries)}
    counted = effects(receiver)
    with receiver.house.ledgers.read() as ledger:
        facts = [
            json.loads(body)["event"] for _, kind, body in ledger.journal.after(0, 10**7) if kind == "event"
        ]
    told = Counter(fact["id"] for fact in facts if fact["status"] == "received")
    table = receiver.house.history.query("SELECT source_delivery_id, count(*) FROM events GROUP BY ALL")
    in_history = {str(name): int(count) for name, count in table.rows}
    return Books(
        lost=len(ids - set(counted)),
        doubled=sum(count > 1 for count in counted.values()),
        told_twice=sum(count > 1 for count in told.values()),
        missing_in_history=sum(in_history.get(one) != 1 for one in ids),
        accepted_twice=sum(count > 1 for count in said.new.values()),
        waiting=len(receiver.house.inbox.waiting(1)),
        refused=said.others.total(),
    )


def delivery_id(number: int) -> str:
    return f"chaos-{number:06}"


async def _send_all(receiver: Receiver, wanted: Plan, say: Callable[[str], None]) -> Said:
    said = Said()
    sendings = iter(enumerate(wanted.sendings))
    killing = asyncio.Lock()

    async def sender() -> None:
        for at, number in sendings:
            if at in wanted.kills_after:
                async with killing:  # the others find nobody there meanwhile, and try again
                    await asyncio.to_thread(_kill_and_start, receiver)
                say(f"killed {receiver.kills} times, {at} of {len(wanted.sendings)} sent")
            await _until_answered(receiver, number, said)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return said


def _kill_and_start(receiver: Receiver) -> None:
    receiver.kill()
    receiver.start()


async def _until_answered(receiver: Receiver, number: int, said: Said) -> None:
    name = delivery_id(number)
    path = f"/webhooks/github/{SOURCE.id}"
    request = as_request(path, f"{HOST}:{receiver.port}", a_push(number, BODY_BYTES), name)
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        status = await _answer(receiver.port, request)
        if status is not None:
            break
        said.unanswered += 1
        assert time.monotonic() < give_up_at, "the receiver does not come back"
        await asyncio.sleep(0.05)
    if status == 202:
        said.new[name] += 1
    elif status == 200:
        said.again[name] += 1
    else:
        said.others[status] += 1


async def _answer(port: int, request: bytes) -> int | None:
    """The status; None when the connection broke before there was one."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                return int(head.split()[1])
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return None


def chaos(
    folder: Path,
    *,
    seed: int,
    deliveries: int,
    kills: int,
    effects: Effects = Receiver.events,
    triggers: Sequence[Trigger] = (),
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Said, Books]:
    """Everything in one home, then the books.

    Args:
        effects: What is counted by delivery id; events, unless whoever calls has more to count.
        triggers: What the events start; nobody launches it here.
    """
    wanted = plan(seed, deliveries, kills)
    with a_receiver(folder, triggers) as receiver:
        said = send_all(receiver, wanted, say)
        return said, check(receiver, wanted, said, effects)
