"""The bookkeeper beside a real application; and a process that is killed while it sends."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import a_screenshot, a_session
from ends import QA, Watch
from history_builders import a_comparison
from houses import CollectingChannel, a_house
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import LEASE, send_waiting
from inspect_pipelines.usecases.alerts.tell_owners import tell_owners
from inspect_pipelines.web.duties.bookkeeper import Bookkeeper
from patience import allowed, until
from resources.history.store import DuckHistory
from web_app import a_client

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
OURS = Organization(
    DEFAULT_ORG,
    owners=(OwnerRule("pay@*", ("payments",)), OwnerRule("home@*", ("ada",))),
    digest=DigestPolicy(
        targets={"payments": ("slack:#pay",), "ada": ("email:ada@acme.example",)}, default=("slack:#qa",)
    ),
)


class DeadlyChannel:
    """The process dies as it sends."""

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


def a_watched_house(home: Path, channel: object) -> House:
    house = a_house(home, channels=[("*", channel)])
    house.clock.at = MONDAY
    return replace(house, history=DuckHistory(home, house.ledgers, house.clock))


def owing(house: House) -> None:
    """Two views wait since Friday; the week before was told."""
    house.clock.at = MONDAY - timedelta(days=3)
    watch = Watch(house)
    watch.define(QA, organization=OURS)
    tell_owners(house)
    watch.end(
        comparisons=[a_comparison("home"), a_comparison("pay")],
        sessions=[a_session(screenshots=(a_screenshot("home"), a_screenshot("pay")))],
    )
    house.clock.at = MONDAY


@pytest.fixture
def slack() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, slack: CollectingChannel) -> Iterator[House]:
    house = a_watched_house(tmp_path, slack)
    yield house
    house.ledgers.close()


def sent(house: House, slack: CollectingChannel) -> list[str]:
    """To whom digests were sent so far; everything else goes out meanwhile."""
    for _ in range(10):
        send_waiting(house)
        house.clock.sleep(2)
    return sorted(one.target for one in slack.sent if one.title.startswith("This week"))


def test_it_tells_owners_when_their_time_has_come_and_once(house: House, slack: CollectingChannel) -> None:
    owing(house)
    house.clock.at = MONDAY - timedelta(minutes=1)
    bookkeeper = Bookkeeper(house, every_seconds=0.01)

    with a_client(house, bookkeeper) as client:
        assert client.get("/health").json()["parts"]["messages"]["problem"] is None
        house.clock.at = MONDAY
        until(lambda: len(waiting(house)) == 2)
    house.clock.sleep(60)
    bookkeeper.turn()

    assert sent(house, slack) == ["email:ada@acme.example", "slack:#pay"]


def waiting(house: House) -> list[str]:
    with house.ledger.read() as ledger:
        return [one.target for one in ledger.outbox.latest() if one.title.startswith("This week")]


def killed(home: str) -> None:
    """Another process: it stores what owners are told, and dies as it sends the first."""
    house = a_watched_house(Path(home), DeadlyChannel())
    tell_owners(house)
    send_waiting(house)


def test_a_process_that_is_killed_as_it_sends_loses_and_doubles_nothing(
    house: House, slack: CollectingChannel, tmp_path: Path
) -> None:
    owing(house)
    with house.ledger.write() as ledger:
        ledger.outbox.hold_back("slack:#qa", until=MONDAY + timedelta(seconds=1))
    process = multiprocessing.get_context("spawn").Process(target=killed, args=(str(tmp_path),))
    process.start()
    process.join(allowed(60))
    assert process.exitcode == -signal.SIGKILL

    assert tell_owners(house) == []  # the week is told, though nobody heard of it yet
    house.clock.sleep(LEASE.total_seconds() + 1)

    assert sent(house, slack) == ["email:ada@acme.example", "slack:#pay"]
