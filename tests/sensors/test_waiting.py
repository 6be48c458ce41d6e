"""The sensors for runs that wait, and the one for Dagster's switches, against a real Dagster instance."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
)

from assets import tags
from assets.job import job_of
from builders import a_merge, a_plan, a_schedule, a_trigger
from houses import CollectingChannel, a_house, an_estate, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, Overlap, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.stored.compiled import compile_definitions
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket
from sensors.switches import switches
from sensors.waiting import queue, waiting_runs

BETA = OrgId("beta")
NIGHTLY = DefinitionId("nightly-shop")
REPOSITORY = RemoteRepositoryOrigin(
    GrpcServerCodeLocationOrigin("localhost", socket="/nowhere"), "__repository__"
)
ONE_WAITS = a_schedule(
    plan=a_plan(overlap=Overlap.BUFFER_ONE, notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path, channels=[("*", CollectingChannel())])
    apply(house, ONE_WAITS)
    return house


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance


def a_tick(house: House, day: int) -> start.Admission:
    return start.admit(house, Ticket(NIGHTLY, f"d{day}", origin=f"cron:nightly-shop:2026-11-{day}T07:00Z"))


def end_the_holder(house: House) -> None:
    with house.ledger.write() as ledger:
        holder = ledger.runs.holder(NIGHTLY)
        ledger.runs.conclude(holder.concluded(RunStatus.PASSED, "", now=house.clock.now()))


def asked(house: House, instance: dg.DagsterInstance) -> list[dg.RunRequest] | str:
    context = dg.build_sensor_context(instance=instance, resources={"estate": an_estate(house)})
    data = waiting_runs([job_of(ONE_WAITS, Naming(DEFAULT_ORG), house)]).evaluate_tick(context)
    return data.run_requests or data.skip_message


def test_a_run_that_waits_is_launched_when_its_slot_is_free(
    house: House, instance: dg.DagsterInstance
) -> None:
    a_tick(house, 22)
    waits = a_tick(house, 23).run
    assert asked(house, instance) == "no run waits for a slot that is free"

    end_the_holder(house)

    (request,) = asked(house, instance)
    assert (request.job_name, request.tags[tags.ORIGIN]) == ("nightly_shop", waits.origin)


def test_a_run_that_loses_the_slot_again_is_launched_again(
    house: House, instance: dg.DagsterInstance
) -> None:
    a_tick(house, 22)
    waits = a_tick(house, 23).run
    end_the_holder(house)
    (first,) = asked(house, instance)
    wish = start.request(house, NIGHTLY, {}, by="user:ada", key="k1")
    start.admit(house, Ticket(NIGHTLY, "d-k1", origin=wish.origin))
    house.clock.sleep(5)
    start.admit(house, Ticket(NIGHTLY, "again", origin=waits.origin))
    end_the_holder(house)

    (second,) = asked(house, instance)

    assert second.tags == first.tags
    assert second.run_key != first.run_key


def test_a_launch_that_died_before_the_door_is_repeated_within_the_hour(
    house: House, instance: dg.DagsterInstance
) -> None:
    a_tick(house, 22)
    waits = a_tick(house, 23).run
    end_the_holder(house)
    (first,) = asked(house, instance)
    submitted = instance.create_run_for_job(
        job_of(ONE_WAITS, Naming(DEFAULT_ORG), house), tags={tags.ORIGIN: waits.origin, tags.ORG: DEFAULT_ORG}
    )
    on_its_way = asked(house, instance)
    instance.report_run_canceled(submitted)
    house.clock.sleep(3600)

    (second,) = asked(house, instance)

    assert on_its_way == "no run waits for a slot that is free"
    assert second.run_key != first.run_key


def test_a_run_whose_trigger_is_gone_does_not_hold_up_the_others(
    house: House, instance: dg.DagsterInstance
) -> None:
    apply(house, a_trigger())
    for number in (1, 2):
        with house.ledger.write() as ledger:
            ledger.events.add(a_merge(number))
        route(house)
        (run,) = start.unlaunched(house)
        admitted = start.admit(house, Ticket(run.definition_id, f"e{number}", origin=run.origin)).run
        if number == 1:
            first = admitted
    a_tick(house, 22)
    waits = a_tick(house, 23).run
    end_the_holder(house)
    with house.ledger.write() as ledger:
        ledger.runs.conclude(first.concluded(RunStatus.PASSED, "", now=house.clock.now()))
        ledger.definitions.delete(first.definition_id, by="user:ada", at=house.clock.now())

    requests = asked(house, instance)

    assert [request.tags[tags.ORIGIN] for request in requests] == [waits.origin]


def a_queued_run(instance: dg.DagsterInstance, house: House, day: int, **more: str) -> str:
    run = instance.create_run_for_job(
        job_of(ONE_WAITS, Naming(DEFAULT_ORG), house),
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=RemoteJobOrigin(REPOSITORY, "nightly_shop"),
        job_code_origin=JobPythonOrigin(
            "nightly_shop",
            RepositoryPythonOrigin(
                sys.executable, ModuleCodePointer("nowhere", "defs", None), None, None, None
            ),
        ),
        tags={
            tags.ORG: DEFAULT_ORG,
            tags.DEFINITION: NIGHTLY,
            tags.ORIGIN: f"cron:nightly-shop:2026-11-{day}T07:00Z",
            **more,
        },
    )
    return run.run_id


def test_what_waits_in_dagsters_queue_for_too_long_is_skipped_and_told(
    house: House, instance: dg.DagsterInstance
) -> None:
    ids = [a_queued_run(instance, house, day) for day in (21, 22)]
    a_queued_run(instance, house, 23, **{tags.PARENT: ids[0]})
    record = instance.get_run_record_by_id(ids[0])
    house.clock.at = record.create_timestamp.astimezone(house.clock.at.tzinfo)
    context = dg.build_sensor_context(instance=instance)
    assert queue(context, estate=an_estate(house)).skip_message == "3 runs wait, none for too long"

    house.clock.sleep(12 * 3600 + 60)
    message = queue(context, estate=an_estate(house)).skip_message

    assert message.startswith("skipped: ")
    assert [instance.get_run_by_id(each).status for each in ids] == [dg.DagsterRunStatus.CANCELED] * 2
    assert (
        instance.get_run_by_id(ids[0]).tags[tags.SKIPPED].startswith("queue_timeout: it waited 721 minutes")
    )
    with house.ledger.read() as ledger:
        skipped = ledger.runs.latest(status=RunStatus.SKIPPED)
    assert len(skipped) == 2
    assert len(house.channels[0][1].sent) == 1


def switched(instance: dg.DagsterInstance, name: str, status: InstigatorStatus) -> None:
    """What Dagster's UI stores when a person uses a schedule's switch."""
    repository = RemoteRepositoryOrigin(
        GrpcServerCodeLocationOrigin("localhost", socket="/x"), "__repository__"
    )
    origin = RemoteInstigatorOrigin(repository, name)
    data = ScheduleInstigatorData("0 2 * * *", start_timestamp=0.0)
    instance.add_instigator_state(InstigatorState(origin, InstigatorType.SCHEDULE, status, data))


def statuses(instance: dg.DagsterInstance) -> dict[str, InstigatorStatus]:
    return {state.instigator_name: state.status for state in instance.all_instigator_state()}


def publish(house: House, org_id: OrgId, *ids: str, is_first: bool = True) -> None:
    house.publication.publish(
        compile_definitions(Naming(org_id, is_first), [a_schedule(one) for one in ids], at=house.clock.now())
    )


def test_dagsters_switches_say_what_the_files_say_again_after_the_next_apply(
    house: House, instance: dg.DagsterInstance
) -> None:
    switched(instance, "nightly_shop_schedule", InstigatorStatus.RUNNING)
    switched(instance, "weekly_schedule", InstigatorStatus.STOPPED)
    switched(instance, "beta__weekly_schedule", InstigatorStatus.STOPPED)
    publish(house, DEFAULT_ORG, "nightly-shop", "weekly")
    publish(house, BETA, "weekly", is_first=False)
    before, cursor = statuses(instance), None

    def look() -> str:
        nonlocal cursor
        context = dg.build_sensor_context(
            instance=instance, resources={"estate": an_estate(house, BETA)}, cursor=cursor
        )
        data = switches.evaluate_tick(context)
        cursor = data.cursor
        return data.skip_message

    for _ in range(2):  # whatever was applied before we first looked is no new apply
        assert look() == "nothing was applied since the last look"
    assert statuses(instance) == before

    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(house.org_id), at=house.clock.now())

    assert look() == "as the files say again: nightly_shop_schedule, weekly_schedule"
    assert statuses(instance) == {
        "nightly_shop_schedule": InstigatorStatus.DECLARED_IN_CODE,
        "weekly_schedule": InstigatorStatus.DECLARED_IN_CODE,
        "beta__weekly_schedule": InstigatorStatus.STOPPED,  # whose files nobody has applied
    }
    assert look() == "nothing was applied since the last look"


def test_a_sensor_that_somebody_else_has_stopped_in_a_dagster_of_many_stays_so(
    house: House, instance: dg.DagsterInstance
) -> None:
    for location, name in (("qa", "reconcile"), ("sales", "orders")):
        server = GrpcServerCodeLocationOrigin("localhost", socket="/x", location_name=location)
        origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(server, "__repository__"), name)
        instance.add_instigator_state(
            InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.STOPPED, SensorInstigatorData())
        )
    context = dg.SensorEvaluationContext(
        instance.get_ref(),
        instance=instance,
        cursor=json.dumps({DEFAULT_ORG: "before"}),
        resources={"estate": dg.ResourceDefinition.hardcoded_resource(an_estate(house, BETA))},
        code_location_origin=GrpcServerCodeLocationOrigin("localhost", socket="/x", location_name="qa"),
    )
    publish(house, DEFAULT_ORG, "nightly-shop")

    with context:
        said = switches.evaluate_tick(context).skip_message

    assert said == "as the files say again: reconcile"
    assert statuses(instance) == {
        "reconcile": InstigatorStatus.DECLARED_IN_CODE,
        "orders": InstigatorStatus.STOPPED,
    }


def test_a_sensor_that_was_stopped_in_dagsters_ui_ticks_again_after_the_next_apply(
    house: House, instance: dg.DagsterInstance
) -> None:
    repository = RemoteRepositoryOrigin(
        GrpcServerCodeLocationOrigin("localhost", socket="/x"), "__repository__"
    )
    origin, data = RemoteInstigatorOrigin(repository, "reconcile"), SensorInstigatorData()
    instance.add_instigator_state(
        InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.STOPPED, data)
    )
    seen = json.dumps({DEFAULT_ORG: "before"})
    context = dg.build_sensor_context(
        instance=instance, resources={"estate": an_estate(house, BETA)}, cursor=seen
    )
    publish(house, DEFAULT_ORG, "nightly-shop")

    said = switches.evaluate_tick(context).skip_message

    assert said == "as the files say again: reconcile"
    assert statuses(instance) == {"reconcile": InstigatorStatus.DECLARED_IN_CODE}
