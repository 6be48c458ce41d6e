"""The sender's threads over a real ledger and channels that hang, fail and recover."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ends import Watch
from fickle_ledger import FickleLedger
from galleries import MemoryGallery
from houses import CollectingChannel, a_house
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.sender import Sender
from patience import until
from web_app import a_client

HANGS, GOOD = (
    NotifyRule(RuleEvent.ON_FAILURE, ("webhook:hangs",)),
    NotifyRule(RuleEvent.ON_FAILURE, ("email:a@b.test",)),
)


class Hanging:
    """Answers once a test lets it."""

    def __init__(self) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        self.asked.set()
        assert self.let_go.wait(120)
        return Receipt("late")


@pytest.fixture
def good() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def hanging() -> Hanging:
    return Hanging()


@pytest.fixture
def house(tmp_path: Path, good: CollectingChannel, hanging: Hanging) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery(), channels=[("webhook", hanging), ("*", good)])
    yield house
    house.ledgers.close()


def test_what_is_stored_is_sent_at_once_although_another_channel_hangs(
    house: House, good: CollectingChannel, hanging: Hanging
) -> None:
    watch = Watch(house)
    watch.define(HANGS, GOOD)
    sender = Sender(house, every_seconds=0.02)
    sender.start()

    watch.end()
    until(lambda: hanging.asked.is_set() and good.sent)
    hanging.let_go.set()
    sender.stop()

    with house.ledger.read() as ledger:
        (hook,) = [note for note in ledger.outbox.latest() if note.target == "webhook:hangs"]
    assert hook.receipt == "late", "stopping waits for what is under way, so that its receipt is kept"


def test_a_ledger_that_cannot_be_read_for_a_while_ends_nothing(house: House, good: CollectingChannel) -> None:
    watch = Watch(house)
    watch.define(GOOD)
    ledger = FickleLedger(house.ledger)
    sender = Sender(replace(house, ledger=ledger), every_seconds=0.02)
    sender.start()
    until(lambda: sender.problem == "the ledger stayed locked")
    watch.end()

    ledger.is_away = False

    until(lambda: good.sent)
    until(lambda: sender.problem == "")
    sender.stop()


def test_what_ails_a_thread_that_sends_is_told_and_the_next_one_sends(
    house: House, good: CollectingChannel
) -> None:
    watch = Watch(house)
    watch.define(GOOD)
    watch.end()
    ledger = FickleLedger(house.ledger, deeds=["write"])
    sender = Sender(replace(house, ledger=ledger), every_seconds=0.02)
    sender.start()
    until(lambda: sender.problem == "the ledger stayed locked")

    ledger.is_away = False

    until(lambda: good.sent)
    until(lambda: sender.problem == "")
    sender.stop()


def test_it_lives_as_long_as_the_application(house: House, good: CollectingChannel) -> None:
    watch = Watch(house)
    watch.define(GOOD)
    before = {*threading.enumerate()}  # also those of other tests that are just ending

    with a_client(house, Sender(house, every_seconds=0.02)):
        watch.end()
        until(lambda: good.sent)
    watch.end(RunStatus.PASSED)

    after = {*threading.enumerate()} - before
    assert [thread.name for thread in after if thread.name.startswith("sender")] == []
    assert len(good.sent) == 1


def test_health_says_why_messages_are_not_sent(house: House) -> None:
    sender = Sender(replace(house, ledger=FickleLedger(house.ledger)), every_seconds=0.02)

    with a_client(house, sender) as client:
        until(lambda: sender.problem)
        told = client.get("/health")

    assert told.status_code == 503
    assert told.json()["parts"]["messages"] == {"ok": False, "problem": "the ledger stayed locked"}
