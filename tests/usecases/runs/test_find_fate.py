from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.find_fate import find_fate
from inspect_pipelines.usecases.runs.start import Ticket

OTHERWISE = (RunStatus.ERROR, "its worker was lost")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


@pytest.fixture
def run(house: House) -> Run:
    return start.admit(house, Ticket(DefinitionId("nightly-shop"), "d1", origin="request:k")).run


def wish(house: House, run: Run) -> None:
    with house.ledger.write() as ledger:
        ledger.reviews.append(run.id, CANCEL_REQUESTED, by="user:ada", detail="", at=house.clock.now())


def test_without_a_deadline_or_a_wish_it_is_what_was_seen(house: House, run: Run) -> None:
    assert find_fate(house, run, otherwise=OTHERWISE) == OTHERWISE


def test_a_persons_wish_is_why_it_ends(house: House, run: Run) -> None:
    wish(house, run)

    status, reason = find_fate(house, run, otherwise=OTHERWISE)

    assert status is RunStatus.CANCELLED
    assert "ada" in reason


def test_a_deadline_that_is_over_comes_before_a_wish(house: House, run: Run) -> None:
    wish(house, run)
    house.clock.sleep(timedelta(minutes=30).total_seconds())

    assert find_fate(house, run, otherwise=OTHERWISE) == (
        RunStatus.TIMEOUT,
        "it did not end within its 30 minutes",
    )
