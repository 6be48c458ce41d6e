"""The launcher beside a real ledger: what it launches, and what it leaves to the sensor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_merge, a_trigger
from engines import RememberingEngine
from houses import a_house, apply
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.trigger import Debounce, Supersede
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.launch_waiting import AGAIN_SECONDS
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.web.duties.launcher import Launcher
from patience import until


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger(paths=("src/**",)), a_trigger("any"))
    return house


@pytest.fixture
def engine() -> RememberingEngine:
    return RememberingEngine()


@pytest.fixture
def launcher(house: House, engine: RememberingEngine) -> Launcher:
    return Launcher(house, lambda: engine, every_seconds=60)


def tell(house: House, *numbers: int) -> None:
    with house.ledger.write() as ledger:
        for number in numbers:
            ledger.events.add(a_merge(number, paths=None))


def test_each_run_is_launched_once(house: House, engine: RememberingEngine, launcher: Launcher) -> None:
    tell(house, 1)
    route(house)

    launcher.turn()
    launcher.turn()

    assert [launch.job_name for launch in engine.launches] == ["any"]


def test_a_launch_that_fails_is_tried_again_a_little_later(
    house: House, engine: RememberingEngine, launcher: Launcher
) -> None:
    engine.failures = [Unavailable("the Dagster UI does not answer")]
    tell(house, 1)
    route(house)

    launcher.turn()
    launcher.turn()
    before = len(engine.launches)
    house.clock.sleep(AGAIN_SECONDS)
    launcher.turn()

    assert (before, len(engine.launches)) == (0, 1)


def test_a_run_whose_job_is_gone_is_not_waited_for_again(
    house: House, engine: RememberingEngine, launcher: Launcher
) -> None:
    engine.failures = [NotFound("no such job")]
    tell(house, 1)
    route(house)

    launcher.turn()
    house.clock.sleep(AGAIN_SECONDS)
    launcher.turn()

    assert engine.launches == []


def test_it_wakes_when_the_next_quiet_period_ends(house: House, launcher: Launcher) -> None:
    apply(house, a_trigger("any", debounce=Debounce(timedelta(seconds=30), timedelta(seconds=30))))
    tell(house, 1)
    route(house)

    waits = launcher.turn()
    house.clock.sleep(waits)
    launcher.turn()

    assert waits == 30
    assert [run.definition_id for run in start.unlaunched(house)] == ["any"]


def test_without_an_engine_runs_wait_for_the_sensor(house: House) -> None:
    launcher = Launcher(house, lambda: None)
    tell(house, 1)
    route(house)

    launcher.turn()

    assert len(start.unlaunched(house)) == 1


def test_what_keeps_it_from_its_work_is_told_until_it_is_over(house: House) -> None:
    broken = [True]

    def engine() -> None:
        if broken:
            raise ZeroDivisionError

    tell(house, 1)
    launcher = Launcher(house, engine, every_seconds=0.02)
    route(house)
    launcher.start()
    until(lambda: launcher.problem == "a defect of inspect-pipelines: ZeroDivisionError; its log says more")

    broken.clear()

    until(lambda: not launcher.problem)
    launcher.stop()


def test_a_run_that_a_newer_event_supersedes_is_ended(house: House, launcher: Launcher) -> None:
    apply(house, a_trigger("any", supersede=Supersede.CANCEL))
    tell(house, 1)
    route(house)
    with house.ledger.read() as ledger:
        (older,) = ledger.runs.latest()
    start.admit(house, Ticket(older.definition_id, "d1", origin=older.origin))
    tell(house, 2)
    route(house)

    launcher.turn()

    with house.ledger.read() as ledger:
        ended = ledger.runs.find(older.id)
    assert ended is not None
    assert ended.status is RunStatus.CANCELLED
    assert ended.reason.startswith("superseded by pull_request.merged")
