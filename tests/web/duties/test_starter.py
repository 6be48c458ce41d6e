"""The starter beside a real ledger: what it launches, asks for, and leaves to the sensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from builders import NOW, a_merge, a_source, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.trigger import Debounce
from inspect_pipelines.errors import NotFound, SetupMissing, Unavailable
from inspect_pipelines.ports.code_host import FailedDelivery
from inspect_pipelines.ports.engine import Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.redeliver import KEPT_BY_GITHUB, OVERLAP
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.launch_waiting import AGAIN_SECONDS
from inspect_pipelines.web.duties.starter import REDELIVER_EVERY_SECONDS, Starter
from webhook_server import until


class RememberingEngine:
    def __init__(self) -> None:
        self.launches: list[Launch] = []
        self.failures: list[Exception] = []
        self.both = Event()

    def launch(self, launch: Launch) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.launches.append(launch)
        if len(self.launches) == 2:
            self.both.set()
        return "d1"

    def terminate(self, handle: str) -> None: ...
    def is_alive(self, handle: str) -> bool:
        return True


class KnowingHost:
    def __init__(self) -> None:
        self.looks: list[datetime] = []

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        return ("src/a",)

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        self.looks.append(since)
        return []

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None: ...


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger(paths=("src/**",)), a_trigger("any"))
    return house


@pytest.fixture
def engine() -> RememberingEngine:
    return RememberingEngine()


@pytest.fixture
def starter(house: House, engine: RememberingEngine) -> Iterator[Starter]:
    starter = Starter(house, lambda: engine, KnowingHost(), every_seconds=60)
    yield starter
    starter.stop()


def tell(house: House, *numbers: int) -> None:
    with house.ledger.write() as ledger:
        for number in numbers:
            ledger.events.add(a_merge(number, paths=None))


def test_an_event_is_launched_at_once_and_its_paths_are_asked_for(
    house: House, engine: RememberingEngine, starter: Starter
) -> None:
    starter.start()
    tell(house, 1)

    starter.route(house)
    assert engine.both.wait(30)

    assert sorted(launch.job_name for launch in engine.launches) == ["any", "post_merge"]
    assert engine.launches[0].tags == {"inspect/origin": engine.launches[0].origin}


def test_each_run_is_launched_once(house: House, engine: RememberingEngine, starter: Starter) -> None:
    tell(house, 1)
    starter.route(house)

    starter.launch_pending()
    starter.launch_pending()

    assert [launch.job_name for launch in engine.launches] == ["any"]


def test_a_launch_that_fails_is_tried_again_a_little_later(
    house: House, engine: RememberingEngine, starter: Starter
) -> None:
    engine.failures = [Unavailable("the Dagster UI does not answer")]
    tell(house, 1)
    starter.route(house)

    starter.launch_pending()
    starter.launch_pending()
    before = len(engine.launches)
    house.clock.sleep(AGAIN_SECONDS)
    starter.launch_pending()

    assert (before, len(engine.launches)) == (0, 1)


def test_a_run_whose_job_is_gone_is_not_waited_for_again(
    house: House, engine: RememberingEngine, starter: Starter
) -> None:
    engine.failures = [NotFound("no such job")]
    tell(house, 1)
    starter.route(house)

    starter.launch_pending()
    house.clock.sleep(AGAIN_SECONDS)
    starter.launch_pending()

    assert engine.launches == []


def test_it_wakes_when_the_next_quiet_period_ends(house: House, starter: Starter) -> None:
    apply(house, a_trigger("any", debounce=Debounce(timedelta(seconds=30), timedelta(seconds=30))))
    tell(house, 1)
    starter.route(house)

    waits = starter.launch_pending()
    house.clock.sleep(waits)
    starter.launch_pending()

    assert waits == 30
    assert [run.definition_id for run in start.unlaunched(house)] == ["any"]


def test_without_an_engine_runs_wait_for_the_sensor(house: House) -> None:
    starter = Starter(house, lambda: None, KnowingHost())
    tell(house, 1)
    starter.route(house)

    starter.launch_pending()

    assert len(start.unlaunched(house)) == 1


def test_trouble_with_paths_does_not_keep_it_from_asking_for_lost_deliveries(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))

    class Troubled(KnowingHost):
        def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
            raise SetupMissing("no certificates")

    host = Troubled()
    starter = Starter(house, lambda: None, host)
    tell(house, 1)
    starter.route(house)

    with pytest.raises(SetupMissing):
        starter.ask()

    assert len(host.looks) == 1


def test_a_delivery_is_asked_for_once_an_attempt_from_look_to_look(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))

    class Failing(KnowingHost):
        def __init__(self) -> None:
            super().__init__()
            self.attempt, self.asked = 1, list[int]()

        def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
            return [FailedDelivery(self.attempt, "lost", NOW)]

        def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
            self.asked.append(delivery.id)

    host = Failing()
    starter = Starter(house, lambda: None, host)

    for attempt in (1, 1, 2):
        host.attempt = attempt
        starter.ask()
        house.clock.sleep(REDELIVER_EVERY_SECONDS)

    assert host.asked == [1, 2]


def test_what_keeps_it_from_its_work_is_told_until_it_is_over(house: House) -> None:
    broken = [True]

    def engine() -> None:
        if broken:
            raise ZeroDivisionError

    tell(house, 1)
    starter = Starter(house, engine, KnowingHost(), every_seconds=0.02)
    starter.route(house)
    starter.start()
    until(lambda: starter.problem == "a defect of inspect-pipelines: ZeroDivisionError; its log says more")

    broken.clear()

    until(lambda: not starter.problem)
    starter.stop()


def test_failed_deliveries_are_looked_for_every_five_minutes_and_after_a_downtime(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))
    host = KnowingHost()
    starter = Starter(house, lambda: None, host)

    starter.ask()
    starter.ask()
    house.clock.sleep(REDELIVER_EVERY_SECONDS)
    starter.ask()

    assert host.looks == [NOW - KEPT_BY_GITHUB, NOW - OVERLAP]
