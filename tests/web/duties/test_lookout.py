"""The lookout beside a real application: nothing of Dagster lives, and people hear of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from fickle_ledger import FickleLedger
from houses import SteppedClock
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.lookout import Lookout
from inspect_pipelines.wiring import house as build
from patience import until
from resources.dagster.ticker import DagsterTicker
from web_app import a_client


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = replace(build(Settings(home=tmp_path)), clock=SteppedClock())
    (tmp_path / "gallery").mkdir()
    plan = a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(plan=plan), by="user:ada", at=NOW)
    yield house
    house.ledgers.close()


def test_a_silent_schedule_makes_it_unhealthy_and_is_told_once(house: House) -> None:
    lookout = Lookout(house, DagsterTicker(lambda: None, house.clock), every_seconds=0.02)
    sent = Path(house.home) / "outbox"

    with a_client(house, lookout) as client:
        well = client.get("/health")
        house.clock.sleep(timedelta(days=1, minutes=6).total_seconds())
        until(lambda: lookout.problem)
        until(lambda: list(sent.glob("*")))
        time.sleep(0.2)  # ten more looks
        ill = client.get("/health")

    assert (well.status_code, ill.status_code) == (200, 503)
    told = ill.json()["parts"]["schedules"]["problem"]
    assert told.startswith("'nightly-shop': the run due at 2026-11-23 02:00 America/New_York")
    (message,) = sent.glob("*")
    assert "was never requested" in message.read_text()


def test_a_ledger_that_cannot_be_read_for_a_while_does_not_end_the_watching(house: House) -> None:
    ledger = FickleLedger(house.ledger, RuntimeError("a defect"))
    lookout = Lookout(
        replace(house, ledger=ledger), DagsterTicker(lambda: None, house.clock), every_seconds=0.02
    )
    lookout.start()
    house.clock.sleep(timedelta(days=1, minutes=6).total_seconds())
    until(lambda: lookout.problem.startswith("a defect of inspect-pipelines: RuntimeError"))

    ledger.is_away = False

    until(lambda: lookout.problem.startswith("'nightly-shop': the run due at"))
    lookout.stop()
