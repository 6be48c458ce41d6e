"""A delivery's life in every inbox and ledger, in any order of deeds and crashes: kept once, told once."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from builders import NOW, a_delivery
from houses import a_house
from inspect_pipelines.domain.event import Delivery
from inspect_pipelines.domain.ids import EventId, OrgId
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.inbox import Stored
from inspect_pipelines.usecases.events.take_in import take_in
from resources.inbox.store import SqlInbox
from resources.ledger.store import SqlLedgers

NAMES = ("a", "b", "c", "d")
BODIES = (b'{"n": 1}', b'{"n": 2}')
AGES = (timedelta(), timedelta(days=10), timedelta(days=40))
LIVES = count(1)


@dataclass
class Kept:
    """What the inbox should know of a delivery."""

    delivery: Delivery
    is_handled: bool = False
    is_pruned: bool = False


class Life(RuleBasedStateMachine):
    """Compares inbox and ledger with a dictionary."""

    shared: House

    def __init__(self) -> None:
        super().__init__()
        self.life = next(LIVES)
        self.org_id = OrgId(f"org-{self.life}")  # a fresh one a life, in one database
        self.house = replace(self.shared, org_id=self.org_id, ledger=self.shared.ledgers.of(self.org_id))
        self.ids = count(1)
        self.model: dict[str, Kept] = {}
        self.taken: Counter[str] = Counter()  # event ids that must be in the ledger, once

    def teardown(self) -> None:
        self.house.inbox.handled([delivery.id for delivery in self.house.inbox.waiting(1000)])

    @rule(
        sent=st.lists(
            st.tuples(st.sampled_from(NAMES), st.sampled_from(BODIES), st.sampled_from(AGES)),
            min_size=1,
            max_size=4,
        )
    )
    def store(self, sent: list[tuple[str, bytes, timedelta]]) -> None:
        deliveries = [self.a_delivery(name, body, NOW - age) for name, body, age in sent]
        expected = [self.expected(delivery) for delivery in deliveries]

        assert self.house.inbox.store(deliveries) == expected

    @rule(limit=st.integers(1, 5))
    def take_in(self, limit: int) -> None:
        if self.others_wait():
            return
        due = sorted(self.waiting(), key=lambda kept: (kept.delivery.received_at, kept.delivery.id))[:limit]

        assert take_in(self.house, limit=limit).deliveries == len(due)

        for kept in due:
            kept.is_handled = True
            self.taken[kept.delivery.id] = 1

    @rule()
    def crash_between_the_two_commits(self) -> None:
        with suppress(Unavailable):
            take_in(replace(self.house, inbox=_Killed(self.house.inbox)), limit=1000)

        for kept in self.waiting():
            self.taken[kept.delivery.id] = 1

    @rule(age=st.sampled_from(AGES[1:]))
    def prune(self, age: timedelta) -> None:
        before = NOW - age + timedelta(seconds=1)
        self.house.inbox.prune(before=before)

        for kept in self.model.values():
            kept.is_pruned |= kept.is_handled and kept.delivery.received_at < before

    @rule(age=st.sampled_from(AGES[1:]))
    def forget(self, age: timedelta) -> None:
        before = NOW - age + timedelta(seconds=1)
        self.house.inbox.forget(before=before)

        self.model = {
            name: kept
            for name, kept in self.model.items()
            if not (kept.is_handled and kept.delivery.received_at < before)
        }

    @invariant()
    def the_inbox_holds_what_was_acknowledged(self) -> None:
        inbox = self.house.inbox
        waiting = {one.id for one in inbox.waiting(1000) if one.org_id == self.org_id}
        assert waiting == {kept.delivery.id for kept in self.waiting()}
        assert inbox.known(self.org_id, self.source_id, NAMES) == set(self.model)
        for kept in self.model.values():
            assert inbox.find(self.org_id, kept.delivery.id) == (None if kept.is_pruned else kept.delivery)

    @invariant()
    def each_delivery_that_was_taken_in_has_one_event_and_one_fact(self) -> None:
        with self.house.ledger.read() as ledger:
            events = Counter(event.id for event in ledger.events.latest(limit=1000))
        with self.house.ledgers.read() as ledgers:
            rows = [
                json.loads(body)["event"]
                for _, kind, body in ledgers.journal.after(0, 10**6)
                if kind == "event"
            ]
        facts = Counter(fact["id"] for fact in rows if fact["org_id"] == self.org_id)
        assert events == self.taken
        assert facts == self.taken

    @property
    def source_id(self) -> str:
        return f"source-{self.life}"

    def waiting(self) -> list[Kept]:
        return [kept for kept in self.model.values() if not kept.is_handled]

    def others_wait(self) -> bool:
        return any(one.org_id != self.org_id for one in self.house.inbox.waiting(1000))

    def a_delivery(self, name: str, body: bytes, received_at: datetime) -> Delivery:
        return a_delivery(
            id=EventId(f"{self.life:06}-{next(self.ids):06}"),
            org_id=self.org_id,
            source_id=self.source_id,
            source_delivery_id=name,
            body=body,
            received_at=received_at,
        )

    def expected(self, delivery: Delivery) -> Stored:
        kept = self.model.setdefault(delivery.source_delivery_id, Kept(delivery))
        if kept.delivery is delivery:
            return Stored.NEW
        return Stored.AGAIN if kept.delivery.body == delivery.body else Stored.CONFLICT


class _Killed:
    """The inbox of a process that is killed between the ledger's commit and its own."""

    def __init__(self, inbox: SqlInbox) -> None:
        self._inbox = inbox

    def waiting(self, limit: int) -> list[Delivery]:
        return self._inbox.waiting(limit)

    def handled(self, ids: list[EventId]) -> None:
        raise Unavailable("killed")


def test_a_delivery_is_kept_and_told_once_whatever_is_tried_in_which_order(
    ledgers: SqlLedgers, inbox: SqlInbox, tmp_path: Path
) -> None:
    class LifeHere(Life):
        shared = replace(a_house(tmp_path / "house"), ledgers=ledgers, inbox=inbox)

    run_state_machine_as_test(
        LifeHere,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
