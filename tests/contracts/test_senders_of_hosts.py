"""Senders of several machines over one ledger, whose clocks differ: each message goes out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Lock

import pytest

from houses import SteppedClock, a_house
from inspect_pipelines.domain.ids import DEFAULT_ORG, RunId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_next, send_waiting
from messages import a_notification
from prepared import prepared_postgres
from resources.clock import SystemClock
from resources.ledger.store import SqlLedgers, create_ledgers


class Told:
    """A channel that is slow by whatever it does meanwhile."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.ids: list[str] = []
        self.meanwhile = meanwhile
        self._lock = Lock()

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        with self._lock:
            self.ids.append(notification.id)
        self.meanwhile()
        return Receipt("arrived")


class SkewedClock(SystemClock):
    def __init__(self, skew: timedelta) -> None:
        super().__init__()
        self._skew = skew

    def now(self):
        return super().now() + self._skew


@pytest.fixture
def host(tmp_path: Path, postgres_server: str, postgres_bouncer: str) -> Iterator[Callable[..., House]]:
    """One more machine, whose clock is wrong by that much."""
    prepared_postgres(postgres_server)
    opened: list[SqlLedgers] = []

    def one_more(channel: Told, skew: timedelta = timedelta()) -> House:
        opened.append(create_ledgers(postgres_bouncer))
        house = a_house(tmp_path / f"host{len(opened)}", channels=[("*", channel)])
        ledgers = opened[-1]
        return replace(house, ledgers=ledgers, ledger=ledgers.of(DEFAULT_ORG), clock=SkewedClock(skew))

    yield one_more
    for one in opened:
        one.close()


def store(house: House, *, count: int, targets: int = 1) -> None:
    at = SteppedClock().now()  # long ago, also for whose clock is late
    with house.ledger.write() as ledger:
        for number in range(count):
            ledger.outbox.store(
                a_notification(
                    id=f"n{number:03}",
                    run_id=RunId(f"r{number:03}"),
                    incident_id=None,
                    target=f"slack:#{number % targets}",
                    created_at=at + timedelta(seconds=number),
                )
            )


def test_what_one_host_sends_is_not_sent_by_another_one_whose_clock_is_ahead(host):
    channel = Told()
    here, ahead = host(channel), host(channel, timedelta(minutes=10))
    store(here, count=1)
    channel.meanwhile = lambda: found.append(send_next(ahead, "ahead"))
    found: list[Notification | None] = []

    send_waiting(here)

    assert (channel.ids, found) == (["n000"], [None])


def test_two_daemons_that_both_send_send_each_message_once(host):
    """Three machines with clocks of their own, each with several senders, as two daemons and a web process are."""
    channel = Told()
    hosts = [host(channel, timedelta(minutes=minutes)) for minutes in (-10, 0, 10)]
    store(hosts[1], count=40, targets=8)

    def drain(house: House) -> None:
        while True:
            send_waiting(house)
            with house.ledger.read() as ledger:
                if not ledger.outbox.waiting():
                    return

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(drain, hosts * 2))

    assert sorted(channel.ids) == [f"n{number:03}" for number in range(40)]
