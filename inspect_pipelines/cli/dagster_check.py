"""What `doctor` says of a Dagster that others run: its version, its daemon, and whether it has loaded what is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from inspect_pipelines.cli.check import Check, missed
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import InspectError
from resources.clock import SystemClock

if TYPE_CHECKING:
    from resources.dagster.locations import Location

NAME = "Dagster of others"
ANSWER_SECONDS = 20.0


def elsewhere(settings: Settings, url: str) -> Iterator[Check]:
    """Each check asks it; where it does not answer, the first is all."""
    from resources.dagster.graphql import GraphqlEngine  # 0.2 s
    from resources.dagster.locations import about, locations

    engine = GraphqlEngine(url, SystemClock(), answer_seconds=ANSWER_SECONDS)
    try:
        try:
            number, daemons = about(engine)
            yield _versions(url, number)
            yield _daemons(daemons)
            loaded = locations(engine)
        except InspectError as error:
            yield missed(NAME, error)
        else:
            yield from (_loaded(settings, one) for one in loaded)
    finally:
        engine.close()


def _versions(url: str, served: str) -> Check:
    """What asks a code server may be newer than that, and not older."""
    ours = version("dagster")
    how = f"bring it to {ours} or newer: Dagster's own parts must not be older than the code that they ask"
    return Check(NAME, _numbers(served) >= _numbers(ours), f"{served} at {url}, our code has {ours}", how)


def _daemons(found: dict[str, bool]) -> Check:
    sick = sorted(name for name, is_healthy in found.items() if not is_healthy)
    said = f"not well: {', '.join(sick)}" if sick else f"{len(found)} of {len(found)} are well"
    how = "schedules do not tick and runs wait: see the log of `dagster-daemon` there"
    return Check("its daemons", bool(found) and not sick, said if found else "none has ever run", how)


def _loaded(settings: Settings, location: Location) -> Check:
    from inspect_pipelines.wiring import estate

    name = "our definitions there"
    if location.problem:
        how = "see the log of that code server: its variables, its INSPECT_HOME, the database"
        return Check(name, False, f"{location.name!r} does not load: {location.problem}", how)
    wanted = {
        compiled.naming.job(definition.id)
        for compiled in estate(settings).publication.all()
        for definition in compiled.definitions
    }
    missing = sorted(wanted - location.jobs)
    said = f"{len(wanted) - len(missing)} of {len(wanted)} published, in code location {location.name!r}"
    told = f"{said}; not {', '.join(missing)}" if missing else said
    how = "see whether `daemon` runs, which has it load what is published, and whether that code server has our INSPECT_HOME"
    return Check(name, not missing, told, how)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", text)[:3])
