from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import NOW, a_plan, a_schedule
from inspect_pipelines.domain.idle_sensor import IdleSensor, SensorState, concerned, idle_origin, idle_sensors
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.trigger import Trigger

LONG_AGO = NOW - timedelta(hours=1)


def ticking(name: str, seconds_ago: float | None = 5, *, is_stopped: bool = False) -> SensorState:
    ticked_at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return SensorState(name, is_stopped, ticked_at)


def idle(*sensors: SensorState, watching_since=LONG_AGO) -> tuple[IdleSensor, ...]:
    return idle_sensors(sensors, now=NOW, watching_since=watching_since)


def told(*targets: str) -> tuple[NotifyRule, ...]:
    return (NotifyRule(RuleEvent.ON_FAILURE, targets), NotifyRule(RuleEvent.ON_SUCCESS, ("slack:#yay",)))


def test_sensors_that_tick_are_no_outage() -> None:
    assert idle(ticking("reconcile"), ticking("queue", 299)) == ()


def test_a_stopped_sensor_is_an_outage_at_once_and_says_what_does_not_happen_and_what_to_do() -> None:
    (found,) = idle(ticking("reconcile", is_stopped=True), ticking("queue"))

    assert found.sentence == (
        "the sensor 'reconcile' is stopped in the Dagster UI, so runs that lose their worker stay open; "
        "switch it on with: inspect-pipelines apply"
    )


def test_all_that_do_not_tick_are_one_outage_which_keeps_its_name_when_further_ones_join_it() -> None:
    first = idle(ticking("queue", 301), ticking("reconcile", 290))
    (later,) = idle_sensors(
        [ticking("queue", 301), ticking("reconcile", 290)],
        now=NOW + timedelta(seconds=30),
        watching_since=LONG_AGO,
    )

    assert [one.names for one in first] == [("queue",)]
    assert later.names == ("queue", "reconcile")
    assert first[0].key == later.key
    assert first[0].sentence.startswith(
        "the sensor 'queue' does not tick, since 2026-11-22 06:54 UTC: Dagster's daemon"
    )
    assert later.sentence.startswith(
        "the sensors 'queue', 'reconcile' do not tick, since 2026-11-22 06:54 UTC"
    )


def test_a_sensor_that_never_ticked_has_five_minutes_from_when_somebody_began_to_watch() -> None:
    never = ticking("a_new_one", None)

    assert idle(never, watching_since=NOW - timedelta(seconds=299)) == ()
    (found,) = idle(never, watching_since=NOW - timedelta(seconds=300))
    assert "does not tick, and never did" in found.sentence
    assert found.key == "daemon@ever"


def test_after_a_start_dagster_has_its_time_however_long_ago_a_sensor_ticked() -> None:
    assert idle(ticking("queue", 86_400), watching_since=NOW - timedelta(seconds=60)) == ()


def test_everybody_who_hears_of_failures_hears_of_it_by_as_few_definitions_as_that_takes() -> None:
    (sensor,) = idle(ticking("reconcile", is_stopped=True))
    first = a_schedule("first", plan=a_plan(notify=told("slack:#qa")))
    same = a_schedule("same", plan=a_plan(notify=told("slack:#qa")))
    more = a_schedule("more", plan=a_plan(notify=told("slack:#qa", "mail:ops")))
    off = replace(a_schedule("off", plan=a_plan(notify=told("slack:#off"))), enabled=False)

    assert [one.id for one in concerned(sensor, [first, same, more, off, a_schedule("silent")])] == [
        "first",
        "more",
    ]


def test_of_the_sensor_of_events_only_those_hear_who_have_a_trigger() -> None:
    (sensor,) = idle(ticking("events", is_stopped=True))
    plan = a_plan(notify=told("slack:#qa"))
    trigger = Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", plan)

    assert concerned(sensor, [a_schedule(plan=plan), trigger]) == (trigger,)
    assert idle_origin(sensor, trigger.id) == "absence:on-merge:events@2026-11-22T06:59:55Z"
