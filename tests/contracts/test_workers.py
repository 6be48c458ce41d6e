"""What holds for whoever knows which runs have a living worker; run over lock files and over the fake of other tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from houses import LivingWorkers
from inspect_pipelines.ports.engine import Workers
from resources.workers import WorkerLocks


@pytest.fixture(params=["locks", "fake"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> WorkerLocks | LivingWorkers:
    return WorkerLocks(tmp_path / "workers") if request.param == "locks" else LivingWorkers()


def test_a_run_is_alive_from_being_held_to_being_released(workers: Workers) -> None:
    workers.hold("d1")
    assert workers.is_alive("d1")

    workers.release("d1")
    assert not workers.is_alive("d1")


def test_the_living_are_those_that_are_held(workers: Workers) -> None:
    workers.hold("d1")
    workers.hold("d2")
    workers.hold("d3")
    workers.release("d2")

    assert sorted(workers.living()) == ["d1", "d3"]
    for held in ("d1", "d3"):
        workers.release(held)


def test_holding_twice_is_holding_once(workers: Workers) -> None:
    workers.hold("d1")
    workers.hold("d1")

    workers.release("d1")

    assert not workers.is_alive("d1")


def test_what_is_not_held_can_be_released_and_killed(workers: Workers) -> None:
    workers.release("never")
    workers.kill("never")

    assert workers.living() == []


def test_a_run_that_was_released_can_be_held_again(workers: Workers) -> None:
    workers.hold("d1")
    workers.release("d1")

    workers.hold("d1")

    assert workers.is_alive("d1")
    workers.release("d1")


def test_workers_know_while_they_are_ended_with_what_started_them(
    workers: WorkerLocks | LivingWorkers,
) -> None:
    before = workers.are_ending()
    with workers.ending():
        during = workers.are_ending()

    assert (before, during, workers.are_ending()) == (False, True, False)
