"""What a real Dagster UI says of schedules and of runs with an origin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from inspect_pipelines.domain.idle_sensor import SensorState
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import Launch
from patience import until
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.ticker import ASKED_AT_ONCE, DagsterTicker

OURS = Naming(DEFAULT_ORG)
QUICK, SLOW = DefinitionId("quick"), DefinitionId("slow")
SELECTOR = """
query S { repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }
"""
START = """
mutation Start($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename
  ... on ScheduleStateResult { scheduleState { id } } } }
"""
STOP = """
mutation Stop($id: String!) { stopRunningSchedule(id: $id) { __typename } }
"""


@pytest.fixture
def engine(dagster_url: str) -> Iterator[GraphqlEngine]:
    engine = GraphqlEngine(dagster_url, SystemClock())
    yield engine
    engine.close()


@pytest.fixture
def ticker(dagster_url: str) -> DagsterTicker:
    return DagsterTicker(lambda: dagster_url, SystemClock())


def switched_on(engine: GraphqlEngine, schedule: str) -> str:
    """Switch it on as a person does in the UI; returns the id of its state."""
    (node,) = engine.ask(SELECTOR, "looking")["repositoriesOrError"]["nodes"]
    selector = {
        "repositoryName": node["name"],
        "repositoryLocationName": node["location"]["name"],
        "scheduleName": schedule,
    }
    state_id: str = engine.ask(START, "starting", s=selector)["startSchedule"]["scheduleState"]["id"]
    return state_id


def test_a_schedule_that_nobody_touched_is_on_and_one_that_a_person_stopped_is_not(
    ticker: DagsterTicker, engine: GraphqlEngine
) -> None:
    untouched = ticker.look(OURS, [QUICK, SLOW], [])
    state_id = switched_on(engine, "slow_schedule")
    engine.ask(STOP, "stopping", id=state_id)
    stopped = ticker.look(OURS, [QUICK, SLOW], [])
    switched_on(engine, "slow_schedule")
    again = ticker.look(OURS, [QUICK, SLOW], [])

    assert untouched.stopped == frozenset()
    assert stopped.stopped == {SLOW}
    assert again.stopped == frozenset()
    assert datetime.now(UTC) - again.started_at[SLOW] < timedelta(minutes=5)


def test_an_origin_that_dagster_has_a_run_for_is_requested_among_many_that_it_has_not(
    ticker: DagsterTicker, engine: GraphqlEngine
) -> None:
    origin = "cron:quick:2026-11-22T07:00Z"
    handle = engine.launch(
        Launch("quick", origin, {".dagster/inspect.origin": origin, ".dagster/inspect.org": DEFAULT_ORG})
    )
    others = [f"cron:quick:2026-11-22T07:{minute:02d}Z" for minute in range(1, ASKED_AT_ONCE + 5)]

    def requested() -> frozenset[str] | None:
        found = ticker.look(OURS, [QUICK], [*others, origin, 'cron:"; { evil }'])
        return found and found.requested  # it answers within ten seconds, or a busy machine has none to spare

    until(lambda: requested() == {origin})
    until(lambda: not engine.is_alive(handle), 60)


def test_a_run_of_the_same_origin_that_another_organisation_has_is_none_of_ours(
    ticker: DagsterTicker, engine: GraphqlEngine
) -> None:
    origin = "cron:quick:2026-11-23T07:00Z"
    handle = engine.launch(
        Launch("quick", origin, {".dagster/inspect.origin": origin, ".dagster/inspect.org": "beta"})
    )

    assert ticker.look(OURS, [QUICK], [origin]).requested == frozenset()
    assert ticker.look(Naming(OrgId("beta"), is_first=False), [QUICK], [origin]).requested == {origin}
    until(lambda: not engine.is_alive(handle), 60)


def test_a_schedule_that_dagster_does_not_know_is_neither_stopped_nor_started(ticker: DagsterTicker) -> None:
    found = ticker.look(OURS, [DefinitionId("no-such")], [])

    assert (found.stopped, found.started_at) == (frozenset(), {})


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9"])
def test_where_no_dagster_answers_nothing_is_said(url: str | None) -> None:
    assert (
        DagsterTicker(lambda: url, SystemClock()).look(OURS, [QUICK], ["cron:quick:2026-11-22T07:00Z"])
        is None
    )


STOP_SENSOR = """
mutation Stop($id: String!) { stopSensor(id: $id) { __typename ... on Error { message } } }
"""
SENSORS = """
query S { repositoriesOrError { ... on RepositoryConnection { nodes { sensors { name sensorState { id } } } } } }
"""


def test_a_sensor_that_a_person_stopped_is_told_and_a_reset_puts_all_switches_back(
    ticker: DagsterTicker, engine: GraphqlEngine
) -> None:
    untouched = ticker.sensors()
    (node,) = engine.ask(SENSORS, "looking")["repositoriesOrError"]["nodes"]
    engine.ask(STOP_SENSOR, "stopping", id=node["sensors"][0]["sensorState"]["id"])
    engine.ask(STOP, "stopping", id=switched_on(engine, "slow_schedule"))
    stopped = ticker.sensors(), ticker.look(OURS, [QUICK, SLOW], []).stopped

    ticker.reset(OURS, [SLOW, DefinitionId("no-such")], ["watcher", "no_such"])

    assert untouched == (SensorState("watcher", is_stopped=False, ticked_at=None),)
    assert stopped == ((SensorState("watcher", is_stopped=True, ticked_at=None),), {SLOW})
    assert ticker.sensors() == untouched
    assert ticker.look(OURS, [QUICK, SLOW], []).stopped == frozenset()


def test_where_no_dagster_answers_no_sensor_is_known_and_none_is_reset() -> None:
    ticker = DagsterTicker(lambda: None, SystemClock())

    assert ticker.sensors() is None
    with pytest.raises(Unavailable, match="inspect-pipelines up"):
        ticker.reset(OURS, [], ["watcher"])
