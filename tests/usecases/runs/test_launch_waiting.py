from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_merge, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.launch_waiting import AGAIN_SECONDS, Launched, launch_waiting
from recording_engine import RecordingEngine


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger("one"), a_trigger("two"))
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge())
    route(house)
    return house


def test_each_run_that_waits_is_launched_once(house: House) -> None:
    engine, launched = RecordingEngine(), Launched()

    problems = launch_waiting(house, lambda: engine, launched)
    problems += launch_waiting(house, lambda: engine, launched)

    assert problems == []
    assert sorted(launch.job_name for launch in engine.launches) == ["one", "two"]


def test_a_launch_that_fails_is_tried_again_a_little_later(house: House) -> None:
    engine, launched = RecordingEngine(Unavailable("away"), Unavailable("away")), Launched()

    problems = launch_waiting(house, lambda: engine, launched)
    at_once = launch_waiting(house, lambda: engine, launched)
    house.clock.sleep(AGAIN_SECONDS)
    later = launch_waiting(house, lambda: engine, launched)

    assert [problem.partition(" waits ")[2] for problem in problems] == ["for the events sensor: away"] * 2
    assert (at_once, later, len(engine.launches)) == ([], [], 2)


def test_a_run_whose_job_is_gone_neither_holds_up_the_others_nor_is_tried_again(house: House) -> None:
    engine, launched = RecordingEngine(NotFound("no such job")), Launched()

    problems = launch_waiting(house, lambda: engine, launched)
    house.clock.sleep(AGAIN_SECONDS)
    launch_waiting(house, lambda: engine, launched)

    assert [problem.partition(" is ")[2] for problem in problems] == ["not launched: no such job"]
    assert len(engine.launches) == 1


def test_nobody_is_asked_for_an_engine_while_nothing_waits(house: House) -> None:
    asked = []
    for run in start.unlaunched(house):
        abort(house, run.id, RunStatus.CANCELLED, "unwanted")

    launch_waiting(house, lambda: asked.append(1), Launched())

    assert asked == []


def test_while_nobody_is_up_the_runs_go_on_waiting(house: House) -> None:
    launched = Launched()

    problems = launch_waiting(house, lambda: None, launched)

    assert (problems, launched, len(start.unlaunched(house))) == ([], {}, 2)


def test_what_waits_no_longer_is_forgotten(house: House) -> None:
    launched = Launched()
    launch_waiting(house, RecordingEngine, launched)
    for run in start.unlaunched(house):
        abort(house, run.id, RunStatus.CANCELLED, "unwanted")

    launch_waiting(house, RecordingEngine, launched)

    assert launched == {}
