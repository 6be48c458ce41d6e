"""A person ends a run: whoever works on it, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.errors import NotFound, Refused, Unavailable
from inspect_pipelines.ports.engine import Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.cancel import Cancelled, asked, cancel, listener
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    plan = a_plan(
        notify=(
            NotifyRule(RuleEvent.ON_FAILURE, ("slack:#broken",)),
            NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#all",)),
        )
    )
    apply(house, a_schedule(plan=plan))
    return house


class AnEngine:
    """Does what a test says when it is told to terminate."""

    def __init__(self, then: Callable[[str], object]) -> None:
        self.terminated: list[str] = []
        self._then = then

    def launch(self, launch: Launch) -> str:
        raise NotImplementedError

    def terminate(self, handle: str) -> None:
        self.terminated.append(handle)
        self._then(handle)

    def is_alive(self, handle: str) -> bool:
        return True


def unavailable(handle: str) -> None:
    raise Unavailable("nobody answers")


def pending(house: House) -> Run:
    return start.request(house, NIGHTLY, {}, by="user:ada", key="k1")


def running(house: House) -> Run:
    run = pending(house)
    return start.admit(house, Ticket(NIGHTLY, "d1", origin=run.origin)).run


def cancelled(house: House, run: Run, *engines: AnEngine, reason: str = "") -> Cancelled:
    return cancel(house, run.id, lambda: engines, by="user:ada", reason=reason)


def stored(house: House, run: Run) -> Run:
    with house.ledger.read() as ledger:
        return ledger.runs.find(run.id)


def test_a_pending_run_is_cancelled_at_once_and_its_worker_is_turned_away(house: House) -> None:
    run = pending(house)

    done = cancelled(house, run, reason="not tonight")
    late = start.admit(house, Ticket(NIGHTLY, "d1", origin=run.origin))

    assert (done.was_open, done.is_ours) == (True, True)
    assert stored(house, run).status is RunStatus.CANCELLED
    assert stored(house, run).reason == "cancelled by ada: not tonight"
    assert house.clock.now() == NOW, "nobody was waited for"
    assert late.door is Door.DUPLICATE


def test_a_cancel_fires_on_complete_and_never_on_failure(house: House) -> None:
    run = pending(house)

    cancelled(house, run)

    with house.ledger.read() as ledger:
        assert [n.target for n in ledger.outbox.of_run(run.id)] == ["slack:#all"]


def test_the_wish_is_stored_before_anybody_is_told(house: House) -> None:
    run = running(house)
    seen: list[str | None] = []

    cancelled(house, run, AnEngine(lambda _: seen.append(asked(house, run.id))), reason="a fire")

    assert seen == ["cancelled by ada: a fire"]


def test_a_worker_that_hears_the_wish_concludes_by_itself_and_nobody_is_terminated(house: House) -> None:
    run = running(house)
    is_cancelled = listener(house, run.id)
    engine = AnEngine(unavailable)
    clock = house.clock
    sleep = clock.sleep

    def working(seconds: float) -> None:
        sleep(seconds)
        if is_cancelled():
            abort(house, run.id, RunStatus.CANCELLED, asked(house, run.id))

    clock.sleep = working
    assert not is_cancelled()

    done = cancelled(house, run, engine)

    assert done.run.status is RunStatus.CANCELLED
    assert (done.is_ours, engine.terminated) == (False, [])
    assert (house.clock.now() - NOW).total_seconds() < 0.4


def test_a_worker_that_has_heard_is_given_the_time_to_finish_its_evidence(house: House) -> None:
    run = running(house)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", status=SessionStatus.CANCELLED))
    at: list[float] = []

    cancelled(house, run, AnEngine(lambda _: at.append((house.clock.now() - NOW).total_seconds())))

    assert 1.1 < at[0] < 1.4
    assert (house.clock.now() - NOW).total_seconds() < 2


def test_a_worker_that_does_not_hear_is_terminated(house: House) -> None:
    run = running(house)
    engine = AnEngine(lambda _: abort(house, run.id, RunStatus.CANCELLED, "cancelled in Dagster"))

    done = cancelled(house, run, engine)

    assert engine.terminated == ["d1"]
    assert (done.run.status, done.is_ours) == (RunStatus.CANCELLED, False)


def test_the_next_engine_is_asked_when_one_does_not_know_the_run(house: House) -> None:
    run = running(house)
    first, second, third = AnEngine(unavailable), AnEngine(lambda _: None), AnEngine(lambda _: None)

    cancelled(house, run, first, second, third)

    assert (first.terminated, second.terminated, third.terminated) == (["d1"], ["d1"], [])


def test_a_worker_that_answers_nobody_is_concluded_within_two_seconds_with_its_evidence(house: House) -> None:
    run = running(house)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", status=SessionStatus.COMPLETED))

    done = cancelled(house, run, AnEngine(unavailable), reason="it hangs")

    assert (done.run.status, done.is_ours) == (RunStatus.CANCELLED, True)
    assert stored(house, run).reason == "cancelled by ada: it hangs"
    assert (house.clock.now() - NOW).total_seconds() < 1.5
    (report,) = house.reports.written
    assert [session.id for session in report.sessions] == [f"{run.id}.1"]


def test_cancelling_twice_changes_nothing(house: House) -> None:
    run = running(house)
    cancelled(house, run, AnEngine(unavailable), reason="once")
    before = stored(house, run)

    again = cancelled(house, run, AnEngine(unavailable), reason="twice")

    assert not again.was_open
    assert stored(house, run) == before
    with house.ledger.read() as ledger:
        assert [detail for _, _, detail in ledger.reviews.of_run(run.id)] == ["once"]
        assert len(ledger.outbox.of_run(run.id)) == 1


@pytest.mark.parametrize("status", [s for s in RunStatus if not s.is_open and s is not RunStatus.CANCELLED])
def test_a_run_that_has_ended_otherwise_cannot_be_cancelled(house: House, status: RunStatus) -> None:
    run = running(house)
    abort(house, run.id, status, "it is over")

    with pytest.raises(Refused, match=f"it has already ended as '{status.value}'") as refused:
        cancelled(house, run)

    assert refused.value.exit_code == 2
    assert asked(house, run.id) is None
    assert stored(house, run).status is status


def test_a_run_that_ends_in_the_same_moment_keeps_its_own_end(house: House) -> None:
    run = running(house)

    done = cancelled(
        house, run, AnEngine(lambda _: abort(house, run.id, RunStatus.ERROR, "the browser died"))
    )

    assert (done.run.status, done.run.reason) == (RunStatus.ERROR, "the browser died")


def test_an_unknown_run_cannot_be_cancelled(house: House) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        cancel(house, RunId("nothing"), list, by="user:ada")


def test_the_listener_looks_five_times_a_second_at_most(house: House) -> None:
    run = running(house)
    reads = 0
    is_cancelled = listener(house, run.id)
    read = house.ledger.read

    def counted():  # type: ignore[no-untyped-def]
        nonlocal reads
        reads += 1
        return read()

    house.ledger.read = counted
    for _ in range(20):
        is_cancelled()
        house.clock.sleep(0.05)

    assert reads <= 6
