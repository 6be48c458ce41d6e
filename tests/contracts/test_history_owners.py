"""Owners of several machines over one ledger: one projects, and one that slept through the end of its lease changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from history_builders import Home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Overtaken
from prepared import prepared_postgres
from resources.clock import SystemClock
from resources.history.lease import Lease
from resources.history.live import LiveHistory
from resources.history.owner import Owner
from resources.history.store import DuckHistory
from resources.ledger.lease_tables import leases
from resources.ledger.store import SqlLedgers, create_ledgers


@pytest.fixture
def host(tmp_path: Path, postgres_server: str, postgres_bouncer: str) -> Iterator[Callable[[], Home]]:
    """One more machine over the same ledger, with a disk of its own on which the history of all of them is found."""
    prepared_postgres(postgres_server)
    opened: list[SqlLedgers] = []

    def one_more() -> Home:
        opened.append(create_ledgers(postgres_bouncer))
        path, clock = tmp_path / f"host{len(opened)}", SystemClock()
        (path / "history").mkdir(parents=True)
        (path / "history" / "id").write_text(
            "the-history-of-all"
        )  # a flock over here says nothing over there
        history = DuckHistory(path, opened[-1], clock)
        return Home(path, opened[-1].of(DEFAULT_ORG), opened[-1], clock, history)

    yield one_more
    for one in opened:
        one.close()


def owner_of(home: Home) -> Owner:
    return Owner(home.path, home.ledgers, home.clock, publish_every_seconds=3600.0)


def let_its_time_run_out(home: Home) -> None:
    with home.ledgers.database.write() as connection:
        connection.execute(leases.update().values(ends_at=0.0))


def test_of_two_machines_one_projects_until_it_lets_go(host):
    here, there = host(), host()
    ours, theirs = owner_of(here), owner_of(there)
    here.finish(1)

    assert ours.turn() is not None
    assert theirs.turn() is None
    assert not there.history.drain()
    assert (ours.status.is_owner, theirs.status.is_owner) == (True, False)

    ours.let_go()

    assert theirs.turn() is not None
    assert ours.turn() is None
    theirs.let_go()


def test_an_owner_that_slept_through_the_end_of_its_lease_steps_back(host):
    here, there = host(), host()
    ours, theirs = owner_of(here), owner_of(there)
    assert ours.turn() is not None
    let_its_time_run_out(here)
    assert theirs.turn() is not None

    ours._lease._renew_at = 0.0  # a quarter of its term later
    assert ours.turn() is None

    assert not ours.status.is_owner
    assert theirs.turn() is not None
    theirs.let_go()


def test_an_owner_that_was_overtaken_forgets_no_facts_that_the_other_one_still_needs(host):
    here, there = host(), host()
    ours, theirs = owner_of(here), owner_of(there)
    here.finish(1)
    ours.turn()
    let_its_time_run_out(here)
    theirs.turn()
    here.finish(2)

    with pytest.raises(Overtaken, match="another one has taken over; nothing was changed"):
        ours.let_go()

    assert not ours.status.is_owner
    theirs.let_go()
    assert there.counts() == (2, 2, 0)


def test_an_owner_that_wakes_in_the_middle_of_a_batch_writes_none_of_it(host):
    """It has read what is to be projected, sleeps, and the next owner projects that and more into the same history."""
    here, there = host(), host()
    stalled, next_one = (Lease(home.path / "history" / "lock", home.ledgers) for home in (here, there))
    assert stalled.take()
    asleep = LiveHistory(here.history.places, here.ledgers, here.clock, stalled)
    here.finish(1)
    asleep.drain()
    here.finish(2)
    asleep.close()
    let_its_time_run_out(here)
    assert next_one.take()
    shutil.copy(here.history.places.live, there.history.places.live)  # as storage that both of them see
    awake = LiveHistory(there.history.places, there.ledgers, there.clock, next_one)
    awake.drain()
    here.finish(3)
    awake.close()
    shutil.copy(there.history.places.live, here.history.places.live)

    with pytest.raises(Overtaken, match="taken over by another machine"):
        asleep.drain()

    asleep.close()
    stalled.release()
    next_one.release()
    owner = owner_of(there)
    owner.turn()
    owner.let_go()
    assert there.counts() == (3, 3, 0)


def test_homes_with_a_history_each_do_not_wait_for_each_other(host):
    here, there = host(), host()
    for home in (here, there):
        (home.path / "history" / "id").unlink()
    here.finish(1)

    assert here.history.drain()
    ours = owner_of(here)
    assert ours.turn() is not None
    assert there.history.drain()

    assert here.counts() == there.counts() == (1, 1, 0)
    ours.let_go()
