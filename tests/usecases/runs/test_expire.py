from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from builders import NOW, a_merge, a_plan, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import NotifyRule, Overlap, RuleEvent
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.expire import expire
from inspect_pipelines.usecases.runs.start import Ticket


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    plan = a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))
    apply(house, a_schedule(plan=plan))
    return house


def running(house: House) -> Run:
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    return start.admit(house, ticket).run


def stored(house: House, run: Run) -> Run:
    with house.ledger.read() as ledger:
        return ledger.runs.find(run.id)


def test_a_run_with_a_living_worker_is_left_alone(house: House) -> None:
    run = running(house)

    assert expire(house) == []
    assert stored(house, run).status is RunStatus.RUNNING


def test_a_run_whose_worker_died_ends_as_our_error_and_people_hear_of_it(house: House) -> None:
    run = running(house)
    house.workers.dead.add("d1")

    expire(house)

    assert stored(house, run).status is RunStatus.ERROR
    assert stored(house, run).reason == "its worker died before the run was concluded; start it again"
    with house.ledger.read() as ledger:
        assert [n.target for n in ledger.outbox.of_run(run.id)] == ["slack:#qa"]


def test_a_run_that_was_terminated_in_dagster_is_cancelled(house: House) -> None:
    run = running(house)
    house.workers.dead.add("d1")

    expire(house, dagster_ended=lambda _: "CANCELED")

    assert stored(house, run).status is RunStatus.CANCELLED


def test_a_run_that_a_person_wanted_to_end_is_cancelled_whoever_died_meanwhile(house: House) -> None:
    """The canceller was killed right after it had stored the wish, the worker of its own accord."""
    run = running(house)
    with house.ledger.write() as ledger:
        ledger.reviews.append(run.id, CANCEL_REQUESTED, by="user:ada", detail="a fire", at=house.clock.now())
    house.workers.dead.add("d1")

    expire(house)

    assert (stored(house, run).status, stored(house, run).reason) == (
        RunStatus.CANCELLED,
        "cancelled by ada: a fire",
    )


def test_a_run_long_over_its_deadline_is_a_timeout_even_if_its_worker_hangs(house: House) -> None:
    run = running(house)
    house.clock.sleep(30 * 60 + 91)

    expire(house)

    assert stored(house, run).status is RunStatus.TIMEOUT
    assert stored(house, run).reason == "it did not end within its 30 minutes"


def test_a_wish_that_nobody_launched_is_skipped_visibly(house: House) -> None:
    run = start.request(house, DefinitionId("nightly-shop"), {}, by="user:ada", key="k1")
    house.clock.sleep(12 * 3600 + 60)

    expire(house)

    assert stored(house, run).reason == "queue_timeout: no worker took it within 720 minutes"
    with house.ledger.read() as ledger:
        assert len(ledger.outbox.of_run(run.id)) == 1


def test_a_wish_that_a_worker_takes_at_the_last_moment_is_not_skipped(house: House) -> None:
    run = start.request(house, DefinitionId("nightly-shop"), {}, by="user:ada", key="k1")
    house.clock.sleep(12 * 3600 + 60)

    class ClaimedRightAfterTheLook:
        """The ledger, as it is when a worker comes between the look and the deed."""

        write = house.ledger.write

        @contextmanager
        def read(self) -> Iterator[LedgerSession]:
            with house.ledger.read() as ledger:
                yield ledger
            with house.ledger.write() as ledger:
                ledger.runs.claim(run.claimed("d1", now=house.clock.now()))

    assert expire(replace(house, ledger=ClaimedRightAfterTheLook())) == []
    assert stored(house, run).status is RunStatus.RUNNING


def test_expiring_twice_concludes_once(house: House) -> None:
    running(house)
    house.workers.dead.add("d1")

    assert len(expire(house)) == 1
    assert expire(house) == []


def test_one_runs_unwritable_report_does_not_keep_the_others_open(house: House) -> None:
    run = running(house)
    house.workers.dead.add("d1")
    reports = house.reports

    class FullDisk:
        url = reports.url

        def write(self, report: object) -> None:
            raise Unavailable("no space left on device")

    wish = start.request(house, DefinitionId("nightly-shop"), {}, by="user:ada", key="k1")
    house.clock.sleep(12 * 3600 + 60)

    expire(replace(house, reports=FullDisk()))

    assert not stored(house, run).status.is_open
    assert stored(house, wish).status is RunStatus.SKIPPED


def waits_for_its_slot(house: House) -> Run:
    """A run of an event behind one that may run for an hour."""
    apply(house, a_trigger(plan=a_plan(overlap=Overlap.BUFFER_ONE, timeout_minutes=60)))
    for number in (1, 2):
        with house.ledger.write() as ledger:
            ledger.events.add(a_merge(number))
        route(house)
        (run,) = start.unlaunched(house)
        last = start.admit(house, Ticket(run.definition_id, f"e{number}", origin=run.origin))
    assert last.door is Door.BUFFERED
    return last.run


def test_a_run_of_an_event_waits_for_its_slot_as_long_as_it_takes(house: House) -> None:
    run = waits_for_its_slot(house)
    house.clock.sleep(45 * 60)

    assert expire(house) == []
    assert start.turn_away(house, Ticket(run.definition_id, "e3", origin=run.origin, queued_at=NOW)) is None
    with house.ledger.write() as ledger:
        holder = ledger.runs.holder(run.definition_id)
        ledger.runs.conclude(holder.concluded(RunStatus.PASSED, "", now=house.clock.now()))

    assert start.admit(house, Ticket(run.definition_id, "e4", origin=run.origin)).door is Door.ADMITTED


def test_a_run_of_an_event_whose_trigger_is_gone_does_not_wait_for_ever(house: House) -> None:
    run = waits_for_its_slot(house)
    with house.ledger.write() as ledger:
        ledger.definitions.delete(run.definition_id, by="user:ada", at=house.clock.now())
    house.clock.sleep(31 * 60)

    assert [ended.id for ended in expire(house)] == [run.id]
    assert stored(house, run).reason == "queue_timeout: no worker took it within 30 minutes"
