"""The lookout beside a real application: nothing of Dagster lives, and people hear of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from fickle_ledger import FickleLedger
from houses import SteppedClock
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.idle_sensor import SensorState
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.ports.engine import TickerState
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.lookout import Lookout
from inspect_pipelines.wiring import house as build
from patience import until
from prepared import prepare
from resources.dagster.ticker import DagsterTicker
from web_app import a_client


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    prepare(tmp_path)
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


class ATicker:
    """All schedules tick; the sensors are as a test says."""

    def __init__(self, *sensors: SensorState) -> None:
        self.states = sensors

    def look(self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]) -> TickerState:
        return TickerState(frozenset(), {}, frozenset(origins))

    def sensors(self) -> tuple[SensorState, ...]:
        return self.states

    def reset(self, naming: Naming, schedules: Sequence[DefinitionId], sensors: Sequence[str]) -> None: ...


def test_a_stopped_sensor_makes_it_unhealthy_and_is_told_once(house: House) -> None:
    """A page under test could stop the sensor that ends lost runs, and /health said that all was well."""
    ticker = ATicker(SensorState("reconcile", is_stopped=True, ticked_at=NOW))
    lookout = Lookout(house, ticker, every_seconds=0.02)
    sent = Path(house.home) / "outbox"

    with a_client(house, lookout) as client:
        until(lambda: list(sent.glob("*")))
        time.sleep(0.2)  # ten more looks
        ill = client.get("/health")
        ticker.states = (SensorState("reconcile", is_stopped=False, ticked_at=house.clock.now()),)
        until(lambda: not lookout.problem)
        well = client.get("/health")

    assert (ill.status_code, well.status_code) == (503, 200)
    assert ill.json()["parts"]["schedules"]["problem"].startswith("the sensor 'reconcile' is stopped")
    (message,) = sent.glob("*")
    assert "the sensor 'reconcile' is stopped in the Dagster UI" in message.read_text()


def test_a_machine_that_wakes_up_is_given_one_more_look(house: House) -> None:
    """Its sensors ticked hours ago, and tick again within seconds."""
    ticker = ATicker(SensorState("queue", is_stopped=False, ticked_at=house.clock.now()))
    lookout = Lookout(house, ticker)
    lookout.prepare()
    house.clock.sleep(3600)

    lookout.turn()
    ticker.states = (SensorState("queue", is_stopped=False, ticked_at=house.clock.now()),)
    lookout.turn()

    assert lookout.problem == ""
    with house.ledger.read() as ledger:
        assert ledger.runs.latest() == []
