"""Which code locations are ours: a strict stand-in says what a Dagster says that others run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.engine import Launch
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.locations import Location, about, locations, reload


class Told(GraphqlEngine):
    """Answers by the name of a query; what a test did not write down is an error."""

    def __init__(self, **answers: Any) -> None:
        super().__init__("http://127.0.0.1:9/dagster", SystemClock(), patience_seconds=0)
        self.answers, self.asked = answers, []

    def ask(self, query: str, asked: str, **variables: object) -> dict[str, Any]:
        name = query.split()[1].partition("(")[0]
        self.asked.append((name, *variables.values()))
        return self.answers[name]


def entry(name: str, *jobs: str) -> dict[str, Any]:
    repositories = [{"jobs": [{"name": job} for job in jobs]}]
    return {
        "name": name,
        "locationOrLoadError": {"__typename": "RepositoryLocation", "repositories": repositories},
    }


def broken(name: str) -> dict[str, Any]:
    error = {"__typename": "PythonError", "message": "no module\nmore"}
    return {"name": name, "locationOrLoadError": error}


def workspace(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"workspaceOrError": {"__typename": "Workspace", "locationEntries": [*entries]}}


def reloaded(after: dict[str, Any]) -> dict[str, Any]:
    return {"reloadRepositoryLocation": {"__typename": "WorkspaceLocationEntry", **after}}


@pytest.fixture
def dagster() -> Iterator[Told]:
    told = Told(
        Locations=workspace(entry("sales", "nightly"), entry("qa", "nightly", "_upkeep"), broken("ml"))
    )
    yield told
    told.close()


def test_only_our_code_location_is_loaded_again(dagster: Told) -> None:
    dagster.answers["Reload"] = reloaded(entry("qa", "_upkeep"))

    reload(dagster)

    assert dagster.asked == [("Locations",), ("Reload", "qa")]
    assert locations(dagster) == (Location("qa", frozenset({"nightly", "_upkeep"})),)


def test_where_none_is_known_as_ours_what_does_not_load_may_be(dagster: Told) -> None:
    dagster.answers["Locations"] = workspace(entry("sales", "nightly"), broken("qa"))
    dagster.answers["Reload"] = reloaded(broken("qa"))

    with pytest.raises(
        Unavailable, match=r"loading the code location 'qa' again failed: no module; correct that"
    ):
        reload(dagster)


def test_a_dagster_without_us_is_told_in_a_sentence(dagster: Told) -> None:
    dagster.answers["Locations"] = workspace(entry("sales", "nightly"))

    with pytest.raises(Unavailable, match=r"no code location of ours \(it has: sales\); add one there"):
        reload(dagster)


def test_a_server_that_loads_once_only_is_told_in_a_sentence(dagster: Told) -> None:
    no = {"__typename": "ReloadNotSupported", "message": "Location qa does not support reloading."}
    dagster.answers["Reload"] = {"reloadRepositoryLocation": no}

    with pytest.raises(Refused, match="does not support reloading"):
        reload(dagster)


def test_a_job_of_the_same_name_that_somebody_else_has_is_not_launched(dagster: Told) -> None:
    def repository(location: str, *jobs: str) -> dict[str, Any]:
        return {"name": "r", "location": {"name": location}, "jobs": [{"name": job} for job in jobs]}

    both = [repository("qa", "nightly", "_upkeep"), repository("sales", "nightly")]
    dagster.answers["Jobs"] = {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": both}}
    dagster.answers["Launch"] = {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "abc"}}}

    assert dagster.launch(Launch("nightly", "request:1", {})) == "abc"
    (params,) = next(rest for name, *rest in dagster.asked if name == "Launch")
    assert params["selector"]["repositoryLocationName"] == "qa"


def test_its_version_and_the_parts_of_its_daemon_that_are_needed_are_known(dagster: Told) -> None:
    parts = [
        {"daemonType": "SCHEDULER", "required": True, "healthy": True},
        {"daemonType": "SENSOR", "required": True, "healthy": False},
        {"daemonType": "BACKFILL", "required": False, "healthy": None},
    ]
    dagster.answers["About"] = {
        "version": "1.13.27",
        "instance": {"daemonHealth": {"allDaemonStatuses": parts}},
    }

    assert about(dagster) == ("1.13.27", {"SCHEDULER": True, "SENSOR": False})
