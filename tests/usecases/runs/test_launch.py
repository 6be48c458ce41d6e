from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.launch import launch
from recording_engine import RecordingEngine

NIGHTLY = DefinitionId("nightly-shop")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


def test_a_run_is_launched_by_its_origin_as_the_job_of_its_definition(house: House) -> None:
    run, engine = start.request(house, NIGHTLY, {}, by="user:ada", key="k"), RecordingEngine()

    handle = launch(house, engine, run)

    assert handle == "d1"
    assert engine.launches == [
        Launch(
            "nightly_shop",
            "request:k",
            {".dagster/inspect.origin": "request:k", ".dagster/inspect.org": "default"},
        )
    ]


def test_a_run_that_nobody_starts_ends_with_the_reason(house: House) -> None:
    run = start.request(house, NIGHTLY, {}, by="user:ada", key="k")

    with pytest.raises(Unavailable, match="nobody answers"):
        launch(house, RecordingEngine(Unavailable("nobody answers")), run)

    with house.ledger.read() as ledger:
        ended = ledger.runs.find(run.id)
    assert ended is not None
    assert (ended.status, ended.reason) == (RunStatus.ERROR, "nobody answers")


def test_a_run_is_ended_also_when_the_engine_fails_in_words_of_its_own(house: House) -> None:
    """Dagster's database on a full disk raises what is no error of ours, and the run stayed pending."""
    run = start.request(house, NIGHTLY, {}, by="user:ada", key="k")

    with pytest.raises(sqlite3.OperationalError):
        launch(house, RecordingEngine(sqlite3.OperationalError("database or disk is full")), run)

    with house.ledger.read() as ledger:
        ended = ledger.runs.find(run.id)
    assert (ended.status, ended.reason) == (RunStatus.ERROR, "database or disk is full")
