"""Which runs have a living worker where several machines work on one ledger: two homes over it are two machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_run, a_schedule
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.loss import HERE
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Overtaken, Refused
from patience import until
from resources import shared_workers
from resources.ledger.lease_tables import leases
from resources.ledger.store import SqlLedgers
from resources.shared_workers import SharedWorkers, renew_all

RUN = "11111111-2222-3333-4444-555555555555"


class Machine(SharedWorkers):
    """One of several; only one process plays them all here, so what one holds is kept apart by hand."""

    def __init__(self, folder: Path, ledgers: SqlLedgers) -> None:
        super().__init__(folder, ledgers.leases, lambda: None)


@pytest.fixture
def here(ledgers: SqlLedgers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(shared_workers, "_held", {})
    monkeypatch.setattr(shared_workers, "_beat", lambda *_: None)  # a test says when a heart beats
    machine = Machine(tmp_path / "here", ledgers)
    yield machine
    machine.release(RUN)


@pytest.fixture
def there(ledgers: SqlLedgers, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "there", ledgers)


def pass_by(ledgers: SqlLedgers, seconds: float) -> None:
    """Let time pass, as all terms see it."""
    with ledgers.together() as connection:
        connection.execute(
            sa.update(leases).where(leases.c.ends_at > 0).values(ends_at=leases.c.ends_at - seconds)
        )


def test_who_shows_up_is_alive_on_every_machine(here: Machine, there: Machine) -> None:
    unknown = (there.is_alive(RUN), there.is_gone(RUN), there.overtake("never") == HERE)
    here.hold(RUN)

    assert unknown == (False, False, True)
    for machine in (here, there):
        assert (machine.is_alive(RUN), machine.is_gone(RUN), machine.overtake(RUN)) == (True, False, None)
    assert (here.living(), there.living(), there.process_of(RUN)) == ([RUN], [], None)


def test_who_let_go_is_gone_everywhere_and_no_machine_was_lost(here: Machine, there: Machine) -> None:
    here.hold(RUN)
    here.release(RUN)

    assert (there.is_alive(RUN), there.is_gone(RUN)) == (False, True)
    assert there.overtake(RUN) == HERE


def test_a_process_that_died_is_known_at_once_on_its_own_machine(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    here.hold(RUN)
    super(SharedWorkers, here).release(RUN)  # what the kernel does

    assert (here.is_alive(RUN), here.is_gone(RUN)) == (False, True)
    assert (there.is_alive(RUN), there.is_gone(RUN)) == (True, False)
    assert here.overtake(RUN) == HERE
    assert there.is_gone(RUN)


def test_a_machine_that_is_not_heard_of_is_lost_at_the_second_look(
    here: Machine, there: Machine, ledgers: SqlLedgers
) -> None:
    """One look is not enough: a database that was away lets the terms of all workers run out, and they live."""
    here.hold(RUN)
    pass_by(ledgers, shared_workers.TERM_SECONDS + 1)
    first = there.is_gone(RUN), there.overtake(RUN)
    pass_by(ledgers, shared_workers.DOUBT_SECONDS + 1)
    second = there.is_gone(RUN)

    assert first == (False, None)
    assert second
    assert there.overtake(RUN) not in (None, HERE)


def test_a_heart_that_beats_between_two_looks_takes_the_doubt_away(
    here: Machine, there: Machine, ledgers: SqlLedgers
) -> None:
    here.hold(RUN)
    pass_by(ledgers, shared_workers.TERM_SECONDS + 1)
    there.is_gone(RUN)
    renew_all(ledgers.leases, lambda: pytest.fail("nobody has overtaken it"))
    pass_by(ledgers, shared_workers.TERM_SECONDS + 1)

    assert not there.is_gone(RUN)  # the doubt of before was another one's: it begins anew
    assert there.overtake(RUN) is None


def test_what_a_lost_machine_writes_when_it_wakes_up_is_refused_and_it_hears_of_it(
    here: Machine, there: Machine, ledgers: SqlLedgers
) -> None:
    ledgers.held_by_run = here.held
    of_run = ledgers.of(DEFAULT_ORG).of_run()
    run = a_run()
    with of_run.write() as session:
        session.definitions.save(a_schedule(), by="user:ada", at=run.requested_at)
        session.runs.request(run)
        session.runs.claim(run.claimed(RUN, now=run.requested_at))
    here.hold(RUN)
    with of_run.write() as session:
        session.runs.find(run.id)
    pass_by(ledgers, shared_workers.TERM_SECONDS + 1)
    there.is_gone(RUN)
    pass_by(ledgers, shared_workers.DOUBT_SECONDS + 1)
    assert there.overtake(RUN)
    heard: list[str] = []

    with pytest.raises(Overtaken), of_run.write() as session:
        session.runs.conclude(
            run.claimed(RUN, now=run.requested_at).concluded(RunStatus.PASSED, "", now=run.requested_at)
        )
    renew_all(ledgers.leases, lambda: heard.append("overtaken"))

    assert heard == ["overtaken"]
    with ledgers.of(DEFAULT_ORG).write() as session:  # nobody but the run is kept out
        assert session.runs.find(run.id).status is RunStatus.RUNNING


def test_one_of_two_machines_gets_a_run_that_was_handed_out_twice(here: Machine, there: Machine) -> None:
    here.hold(RUN)
    mine = dict(shared_workers._held)
    shared_workers._held.clear()

    with pytest.raises(Refused, match=r"is being worked on by .*, process"):
        there.hold(RUN)

    shared_workers._held.update(mine)
    assert not there.living()


def test_who_died_here_leaves_its_run_to_whoever_is_handed_it_here_again(here: Machine) -> None:
    here.hold(RUN)
    super(SharedWorkers, here).release(RUN)
    shared_workers._held.clear()

    here.hold(RUN)

    assert here.is_alive(RUN)


def test_of_two_that_find_a_loss_one_is_first(
    here: Machine, there: Machine, ledgers: SqlLedgers, tmp_path: Path
) -> None:
    here.hold(RUN)
    super(SharedWorkers, here).release(RUN)
    seen = ledgers.leases.standing(f"worker:{RUN}")

    assert ledgers.leases.overtake(f"worker:{RUN}", seen)
    assert here.overtake(RUN) == HERE  # again, by who could not finish what follows from it


def test_a_heart_beats_by_itself_while_something_is_held(
    ledgers: SqlLedgers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_workers, "_held", {})
    monkeypatch.setattr(shared_workers, "_beating", None)
    monkeypatch.setattr(shared_workers, "BEAT_SECONDS", 0.01)
    machine = Machine(tmp_path / "beats", ledgers)
    machine.hold(RUN)
    pass_by(ledgers, shared_workers.TERM_SECONDS + 1)

    until(lambda: ledgers.leases.holder(f"worker:{RUN}"))

    machine.release(RUN)
    beating = shared_workers._beating
    until(lambda: not beating.is_alive())


def test_leases_of_long_ago_are_forgotten_and_those_of_others_stay(ledgers: SqlLedgers) -> None:
    for name in ("worker:old", "worker:new", "projector:x"):
        assert ledgers.leases.take(name, "a", seconds=60)
    with ledgers.together() as connection:
        connection.execute(sa.update(leases).where(leases.c.name != "worker:new").values(token=1, ends_at=5))

    ledgers.leases.forget("worker:", over_for=3600)

    found = [ledgers.leases.standing(name) is None for name in ("worker:old", "worker:new", "projector:x")]
    assert found == [True, False, False]
