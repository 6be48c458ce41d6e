"""The sensor for runs of events, against a real Dagster instance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets import tags
from assets.job import job_of
from builders import a_merge, a_trigger
from houses import a_house, an_estate, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from sensors.events import event_runs


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger())
    return house


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance


def tick(house: House, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    context = dg.build_sensor_context(instance=instance, resources={"estate": an_estate(house)})
    return [
        *(
            event_runs([job_of(a_trigger(), Naming(DEFAULT_ORG), house)]).evaluate_tick(context).run_requests
            or []
        )
    ]


def a_pending_run(house: House) -> Run:
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge())
    route(house)
    (run,) = start.unlaunched(house)
    return run


def test_a_run_that_nobody_launched_is_asked_for_by_its_origin(
    house: House, instance: dg.DagsterInstance
) -> None:
    run = a_pending_run(house)

    early = tick(house, instance)
    house.clock.sleep(3)
    (request,) = tick(house, instance)

    assert early == []  # the web process is about to
    assert (request.job_name, request.run_key) == ("post_merge", f"default/{run.origin}")
    assert request.tags[tags.ORIGIN] == run.origin


def test_a_tick_changes_nothing(house: House, instance: dg.DagsterInstance) -> None:
    run = a_pending_run(house)
    house.clock.sleep(3)

    assert tick(house, instance) == tick(house, instance)
    assert start.unlaunched(house) == [run]


def test_a_run_that_is_on_its_way_to_the_door_is_not_asked_for_twice(
    house: House, instance: dg.DagsterInstance
) -> None:
    run = a_pending_run(house)
    house.clock.sleep(3)
    submitted = instance.create_run_for_job(
        job_of(a_trigger(), Naming(DEFAULT_ORG), house), tags={tags.ORIGIN: run.origin, tags.ORG: DEFAULT_ORG}
    )

    on_its_way = tick(house, instance)
    instance.report_run_canceled(submitted)
    ended = tick(house, instance)

    assert on_its_way == []
    assert [request.run_key for request in ended] == [f"default/{run.origin}"]


def test_without_a_waiting_run_it_says_so(house: House, instance: dg.DagsterInstance) -> None:
    context = dg.build_sensor_context(instance=instance, resources={"estate": an_estate(house)})

    data = event_runs([job_of(a_trigger(), Naming(DEFAULT_ORG), house)]).evaluate_tick(context)

    assert data.skip_message == "no run of an event waits for its launch"


def test_a_run_of_a_trigger_that_is_gone_does_not_hold_up_the_others(
    house: House, instance: dg.DagsterInstance
) -> None:
    apply(house, a_trigger("gone"))
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge())
    route(house)
    house.clock.sleep(3)

    assert [request.job_name for request in tick(house, instance)] == ["post_merge"]
