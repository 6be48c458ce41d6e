from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_schedule
from houses import LivingWorkers, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.clear_worker import GONE_SECONDS, clear_worker
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")


class Workers(LivingWorkers):
    """Remembers whom it had to kill."""

    def __init__(self) -> None:
        super().__init__()
        self.killed: list[str] = []

    def kill(self, dagster_run_id: str) -> None:
        self.killed.append(dagster_run_id)
        super().kill(dagster_run_id)


@pytest.fixture
def workers() -> Workers:
    return Workers()


@pytest.fixture
def house(tmp_path: Path, workers: Workers) -> House:
    house = replace(a_house(tmp_path), workers=workers)
    apply(house, a_schedule())
    return house


def running(house: House) -> RunId:
    return start.admit(house, Ticket(NIGHTLY, "d1", origin="request:k")).run.id


def test_a_worker_that_has_left_is_left_alone(house: House, workers: Workers) -> None:
    run_id = running(house)
    workers.dead.add("d1")

    clear_worker(house, run_id)

    assert workers.killed == []


def test_a_worker_that_stays_is_killed_after_five_seconds(house: House, workers: Workers) -> None:
    run_id = running(house)
    began = house.clock.monotonic()

    clear_worker(house, run_id)

    assert workers.killed == ["d1"]
    assert house.clock.monotonic() - began == pytest.approx(GONE_SECONDS, abs=0.1)


def test_a_run_without_a_worker_needs_none(house: House, workers: Workers) -> None:
    run = start.request(house, NIGHTLY, {}, by="user:ada", key="k")

    clear_worker(house, run.id)

    assert workers.killed == []
