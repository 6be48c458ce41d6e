from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_schedule
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.await_end import await_end
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from recording_engine import RecordingEngine

NIGHTLY = DefinitionId("nightly-shop")


class EndingClock(SteppedClock):
    """Somebody cancels a run while others sleep."""

    def __init__(self, house: House, run: Run, *, after_seconds: float) -> None:
        super().__init__()
        self._house, self._run, self._after_seconds = house, run, after_seconds

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.monotonic() > self._after_seconds:
            abort(self._house, self._run.id, RunStatus.CANCELLED, "unwanted")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


@pytest.fixture
def pending(house: House) -> Run:
    return start.request(house, NIGHTLY, {}, by="user:ada", key="k")


def test_a_run_that_has_ended_is_returned_as_it_ended(house: House, pending: Run) -> None:
    abort(house, pending.id, RunStatus.CANCELLED, "unwanted")

    ended = await_end(house, RecordingEngine(), "d1", pending)

    assert (ended.status, ended.reason) == (RunStatus.CANCELLED, "unwanted")


def test_a_worker_that_ends_before_the_first_step_is_found_out(house: House, pending: Run) -> None:
    engine = RecordingEngine()
    engine.dead = True

    ended = await_end(house, engine, "d1", pending)

    assert ended.status is RunStatus.ERROR
    assert ended.reason.startswith("its worker ended before the first step; see ")


def test_a_worker_that_dies_on_the_way_is_found_out(house: House, pending: Run) -> None:
    start.admit(house, Ticket(NIGHTLY, "d1", origin=pending.origin))
    house.workers.kill("d1")

    ended = await_end(house, RecordingEngine(), "d1", pending)

    assert ended.status is RunStatus.ERROR
    assert ended.reason.startswith("its worker died")


def test_a_run_that_waits_for_its_slot_is_not_taken_for_dead(house: House, pending: Run) -> None:
    with house.ledger.write() as ledger:
        ledger.runs.buffer(pending.buffered(now=house.clock.now()))
    engine = RecordingEngine()
    engine.dead = True
    patient = replace(house, clock=EndingClock(house, pending, after_seconds=60))

    ended = await_end(patient, engine, "d1", pending)

    assert ended.reason == "unwanted"  # a minute later, not after two seconds
