"""What only one of several machines does, in every ledger: one holder, and none that was overtaken writes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import Overtaken, Unavailable
from inspect_pipelines.ports.leases import Lease
from patience import until
from resources.ledger import tables
from resources.ledger.lease_tables import leases
from resources.ledger.store import SqlLedgers

LONG, OVER = 3600.0, 0.0  # a term that does not end in a test, and one that is over when it begins
LIVES = count(1)


class Life(RuleBasedStateMachine):
    """Holders that stall for any time and wake up in any order, each with a lease that it believes in."""

    ledgers: SqlLedgers
    believed = Bundle("believed")

    def __init__(self) -> None:
        super().__init__()
        self.org_id = OrgId(f"org-{next(LIVES)}")  # a fresh one a life, in one database
        self.newest: Lease | None = None
        self.is_held = False
        self.written: list[int] = []

    @rule(target=believed, holder=st.sampled_from("abc"), seconds=st.sampled_from((LONG, OVER)))
    def take(self, holder: str, seconds: float) -> object:
        lease = self.ledgers.leases.take(f"projector:{self.org_id}", holder, seconds=seconds)
        assert (lease is None) == self.is_held
        if lease is None:
            return multiple()
        assert self.newest is None or lease.token > self.newest.token
        self.newest, self.is_held = lease, seconds == LONG
        return lease

    @rule(lease=believed, seconds=st.sampled_from((LONG, OVER)))
    def renew(self, lease: Lease, seconds: float) -> None:
        assert self.ledgers.leases.renew(lease, seconds=seconds) == (lease == self.newest)
        if lease == self.newest:
            self.is_held = seconds == LONG

    @rule(lease=consumes(believed))
    def release(self, lease: Lease) -> None:
        self.ledgers.leases.release(lease)
        self.is_held = self.is_held and lease != self.newest

    @rule(lease=believed)
    def write(self, lease: Lease) -> None:
        try:
            with self.ledgers.of(self.org_id).write() as session:
                session.journal.append("event", {"token": lease.token}, at=NOW)
                session.fence.guard(lease)
        except Overtaken:
            assert lease != self.newest
        else:
            assert lease == self.newest
            self.written.append(lease.token)

    @invariant()
    def nobody_wrote_after_he_was_overtaken(self) -> None:
        with self.ledgers.database.read() as connection:
            rows = connection.execute(
                tables.journal.select()
                .where(tables.journal.c.org_id == self.org_id)
                .order_by(tables.journal.c.seq)
            )
            told = [json.loads(row.body)["token"] for row in rows]
        assert told == self.written == sorted(told)

    @invariant()
    def everybody_sees_who_holds_it(self) -> None:
        holder = self.newest.holder if self.newest and self.is_held else None
        assert self.ledgers.leases.holder(f"projector:{self.org_id}") == holder


def test_a_holder_that_was_overtaken_is_refused_at_the_write_whenever_it_wakes(ledgers):
    class LifeInThisLedger(Life):
        pass

    LifeInThisLedger.ledgers = ledgers
    run_state_machine_as_test(
        LifeInThisLedger,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_of_eight_that_take_it_at_once_one_has_it(ledgers):
    def take(holder: int) -> Lease | None:
        return ledgers.leases.take("reconcile", str(holder), seconds=LONG)

    with ThreadPoolExecutor(8) as pool:
        taken = [lease for lease in pool.map(take, range(8)) if lease]

    assert len(taken) == 1
    assert ledgers.leases.holder("reconcile") == taken[0].holder


def test_nobody_takes_over_between_the_guard_and_the_end_of_the_transaction(ledgers, new_ledgers):
    hasty = new_ledgers()
    hasty.database._patience_seconds = 0.1
    lease = ledgers.leases.take("projector", "stalled", seconds=OVER)

    with ledgers.of(DEFAULT_ORG).write() as session:
        session.fence.guard(lease)
        with pytest.raises(Unavailable, match="stayed locked"):
            hasty.leases.take("projector", "other", seconds=LONG)

    assert ledgers.leases.take("projector", "other", seconds=LONG)
    with (
        pytest.raises(Overtaken, match=r"'projector' is no longer held by 'stalled': .* nothing was changed"),
        ledgers.of(DEFAULT_ORG).write() as session,
    ):
        session.fence.guard(lease)


def test_what_writes_for_everybody_is_guarded_alike(ledgers):
    stalled = ledgers.leases.take("projector", "stalled", seconds=OVER)
    lease = ledgers.leases.take("projector", "other", seconds=LONG)

    with ledgers.write() as across:
        across.fence.guard(lease)
        with pytest.raises(Overtaken):
            across.fence.guard(stalled)


def test_a_ledger_that_was_restored_from_a_backup_does_not_give_its_tokens_again(ledgers):
    lost = ledgers.leases.take("projector", "before", seconds=LONG)

    def is_larger_in_a_ledger_that_knows_of_none() -> bool:
        with ledgers.database.write() as connection:
            connection.execute(leases.delete())
        return ledgers.leases.take("projector", "after", seconds=LONG).token > lost.token

    until(is_larger_in_a_ledger_that_knows_of_none)  # it is a time in milliseconds, and we may be faster
