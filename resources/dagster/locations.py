"""Which of a Dagster's code locations are ours, and how they are told that something was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import MODULE, UPKEEP
from resources.dagster.graphql import GraphqlEngine, expected, first_line

ABOUT = """
query About { version instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }
"""
LOCATIONS = """
query Locations { workspaceOrError { __typename
  ... on Workspace { locationEntries { name locationOrLoadError { __typename
    ... on RepositoryLocation { repositories { jobs { name } } }
    ... on PythonError { message } } } }
  ... on Error { message } } }
"""
RELOAD = """
mutation Reload($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename
  ... on WorkspaceLocationEntry { name locationOrLoadError { __typename
    ... on RepositoryLocation { repositories { jobs { name } } }
    ... on PythonError { message } } }
  ... on Error { message } } }
"""


@dataclass(frozen=True, slots=True)
class Location:
    """A code location as Dagster has loaded it.

    Args:
        jobs: Names; none where it does not load.
        problem: The first line of why it does not.
    """

    name: str
    jobs: frozenset[str] = frozenset()
    problem: str = ""


def about(engine: GraphqlEngine) -> tuple[str, dict[str, bool]]:
    """Dagster's version there, and whether each part of its daemon that is needed is well.

    Raises:
        Unavailable: Nobody answers.
    """
    found = engine.ask(ABOUT, "asking for the version")
    parts = found["instance"]["daemonHealth"]["allDaemonStatuses"]
    return found["version"], {one["daemonType"]: bool(one["healthy"]) for one in parts if one["required"]}


def locations(engine: GraphqlEngine) -> tuple[Location, ...]:
    """Ours first; where there is none, those that do not load, since one of them may be ours.

    Raises:
        Unavailable: Nobody answers, or neither is there.
    """
    asked = "looking for our definitions"
    found = expected("Workspace", engine.ask(LOCATIONS, asked)["workspaceOrError"], asked)
    every = [_location(entry) for entry in found["locationEntries"]]
    likely = [one for one in every if UPKEEP in one.jobs] or [one for one in every if one.problem]
    if not likely:
        names = ", ".join(sorted(one.name for one in every)) or "none"
        raise Unavailable(
            f"Dagster at {engine.url} has no code location of ours (it has: {names}); add one there that runs: "
            f"dagster code-server start -m {MODULE}"
        )
    return tuple(likely)


def reload(engine: GraphqlEngine) -> None:
    """Have Dagster load what is published now, ours only.

    Raises:
        Unavailable: Nobody answers, there is no location of ours, or it does not load.
        Refused: Its server cannot load anything anew: it is no `dagster code-server`.
    """
    for one in locations(engine):
        asked = f"loading the code location {one.name!r} again"
        answer = engine.ask(RELOAD, asked, name=one.name)["reloadRepositoryLocation"]
        after = _location(expected("WorkspaceLocationEntry", answer, asked))
        if after.problem:
            raise Unavailable(f"{asked} failed: {after.problem}; correct that, it is tried again")


def _location(entry: Mapping[str, Any]) -> Location:
    loaded = entry["locationOrLoadError"] or {}
    if loaded.get("__typename") == "PythonError":
        return Location(entry["name"], problem=first_line(loaded))
    jobs = {job["name"] for repository in loaded.get("repositories", []) for job in repository["jobs"]}
    return Location(entry["name"], frozenset(jobs))
