"""What a running Dagster UI says of schedules: which are switched off, and which occurrences have a Dagster run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import TickerState
from resources.dagster.graphql import GraphqlEngine

ANSWER_SECONDS = 10.0
ORIGIN_TAG, ORG_TAG = "inspect/origin", "inspect/org"
ASKED_AT_ONCE = 50  # origins a query

SCHEDULES = """
query Schedules { repositoriesOrError { __typename
  ... on RepositoryConnection { nodes { schedules { name scheduleState { status
    typeSpecificData { __typename ... on ScheduleData { startTimestamp } } } } } } } }
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
        url = self._url()
        if url is None:
            return None
        engine = GraphqlEngine(url, self._clock, socket=self._socket, answer_seconds=ANSWER_SECONDS)
        try:
            states = _states(engine)
            requested = _requested(engine, naming, origins)
        except Unavailable:
            return None
        finally:
            engine.close()
        known = {definition_id: states.get(naming.schedule(definition_id)) for definition_id in schedules}
        return TickerState(
            stopped=frozenset(one for one, state in known.items() if state and state["status"] == "STOPPED"),
            started_at={
                one: at for one, state in known.items() if state and (at := _started_at(state)) is not None
            },
            requested=requested,
        )


def _states(engine: GraphqlEngine) -> dict[str, Any]:
    answer = engine.ask(SCHEDULES, "looking at schedules")["repositoriesOrError"]
    return {
        schedule["name"]: schedule["scheduleState"]
        for repository in answer.get("nodes", [])
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
