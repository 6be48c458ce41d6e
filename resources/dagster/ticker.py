"""What a running Dagster UI says of schedules and sensors: which are switched off, and which occurrences have a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspect_pipelines.domain.idle_sensor import SensorState
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import ORG_TAG, ORIGIN_TAG, TickerState
from resources.dagster.graphql import GraphqlEngine, of_ours

ANSWER_SECONDS = 10.0
ASKED_AT_ONCE = 50  # origins a query

SCHEDULES = """
query Schedules { repositoriesOrError { __typename
  ... on RepositoryConnection { nodes { jobs { name } schedules { name scheduleState { status
    typeSpecificData { __typename ... on ScheduleData { startTimestamp } } } } } } } }
"""
SENSORS = """
query Sensors { repositoriesOrError { __typename
  ... on RepositoryConnection { nodes { jobs { name } sensors { name sensorState { status ticks(limit: 1) { timestamp } } } } } } }
"""
HOMES = """
query Homes { repositoriesOrError { __typename
  ... on RepositoryConnection { nodes { name location { name } jobs { name } schedules { name } sensors { name } } } } }
"""
RESET = """
mutation Reset($s: %sSelector!) { reset%s(%sSelector: $s) { __typename ... on Error { message } } }
"""
RUNS = """
query Runs($org: String!, %s) { %s }
"""
ONE_RUN = """
r%d: runsOrError(filter: {tags: [{key: "%s", value: $org}, {key: "%s", value: $o%d}]}, limit: 1) { __typename ... on Runs { results { runId } } }
"""


class DagsterTicker:
    """`ports.Ticker` over the UI of a running `up`.

    Args:
        url: Where the UI is now; None: there is none.
        clock: For the engine.
        socket: As the engine has it.
    """

    def __init__(self, url: Callable[[], str | None], clock: Clock, *, socket: Path | None = None) -> None:
        self._url, self._clock, self._socket = url, clock, socket

    def look(
        self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]
    ) -> TickerState | None:
        """What Dagster says now; None when it does not answer."""
        try:
            with self._engine() as engine:
                states = _states(engine)
                requested = _requested(engine, naming, origins)
        except Unavailable:
            return None
        known = {definition_id: states.get(naming.schedule(definition_id)) for definition_id in schedules}
        return TickerState(
            stopped=frozenset(one for one, state in known.items() if state and state["status"] == "STOPPED"),
            started_at={
                one: at for one, state in known.items() if state and (at := _started_at(state)) is not None
            },
            requested=requested,
        )

    def sensors(self) -> tuple[SensorState, ...] | None:
        """What Dagster says now; None when it does not answer."""
        try:
            with self._engine() as engine:
                answer = engine.ask(SENSORS, "looking at sensors")["repositoriesOrError"]
        except Unavailable:
            return None
        return tuple(
            _sensor(sensor)
            for repository in of_ours(answer.get("nodes", []))
            for sensor in repository["sensors"]
        )

    def reset(self, naming: Naming, schedules: Sequence[DefinitionId], sensors: Sequence[str]) -> None:
        """Have Dagster forget what people did with these switches in its UI.

        Raises:
            Unavailable: It does not answer, or refuses.
        """
        wanted = {"Schedule": {naming.schedule(one) for one in schedules}, "Sensor": set(sensors)}
        with self._engine() as engine:
            answer = engine.ask(HOMES, "looking for switches")["repositoriesOrError"]
            for home in of_ours(answer.get("nodes", [])):
                for kind, names in wanted.items():
                    word = kind.lower()
                    for name in sorted(names & {one["name"] for one in home[f"{word}s"]}):
                        selector = {
                            "repositoryName": home["name"],
                            "repositoryLocationName": home["location"]["name"],
                            f"{word}Name": name,
                        }
                        asked = f"switching {word} {name!r} back"
                        told = engine.ask(RESET % (kind, kind, word), asked, s=selector)[f"reset{kind}"]
                        if "message" in told:
                            raise Unavailable(f"{asked} failed: {told['message'].splitlines()[0]}")

    @contextmanager
    def _engine(self) -> Iterator[GraphqlEngine]:
        url = self._url()
        if url is None:
            raise Unavailable("no Dagster UI runs; start it with: inspect-pipelines up")
        engine = GraphqlEngine(url, self._clock, socket=self._socket, answer_seconds=ANSWER_SECONDS)
        try:
            yield engine
        finally:
            engine.close()


def _sensor(sensor: dict[str, Any]) -> SensorState:
    state = sensor["sensorState"]
    ticks = [datetime.fromtimestamp(tick["timestamp"], UTC) for tick in state["ticks"]]
    return SensorState(sensor["name"], state["status"] == "STOPPED", max(ticks, default=None))


def _states(engine: GraphqlEngine) -> dict[str, Any]:
    answer = engine.ask(SCHEDULES, "looking at schedules")["repositoriesOrError"]
    return {
        schedule["name"]: schedule["scheduleState"]
        for repository in of_ours(answer.get("nodes", []))
        for schedule in repository["schedules"]
    }


def _requested(engine: GraphqlEngine, naming: Naming, origins: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for begin in range(0, len(origins), ASKED_AT_ONCE):
        part = origins[begin : begin + ASKED_AT_ONCE]
        names = ", ".join(f"$o{at}: String!" for at in range(len(part)))
        query = RUNS % (names, "".join(ONE_RUN % (at, ORG_TAG, ORIGIN_TAG, at) for at in range(len(part))))
        given = {f"o{at}": origin for at, origin in enumerate(part)}
        answer = engine.ask(query, "looking for runs", org=naming.org_id, **given)
        found.update(origin for at, origin in enumerate(part) if answer[f"r{at}"].get("results"))
    return frozenset(found)


def _started_at(state: dict[str, Any]) -> datetime | None:
    timestamp = (state["typeSpecificData"] or {}).get("startTimestamp")
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None
