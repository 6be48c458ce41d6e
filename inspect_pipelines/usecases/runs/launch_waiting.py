"""Launch the runs of events that wait for nothing else, each once; whoever has no patience for an answer tries again later."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.errors import InspectError, NotFound
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.launch import launch_of

AGAIN_SECONDS = 10.0  # after a launch that failed; the `events` sensor sweeps every 5 s anyway

Launched = dict[str, float]  # origin -> monotonic time before which it is not launched again


def launch_waiting(house: House, engine: Callable[[], Engine | None], launched: Launched) -> list[str]:
    """Launch what waits, and return a sentence for each run that could not be.

    Args:
        house: Ports.
        engine: Whoever executes runs now; None: nobody is up. Asked only when there is something to launch.
        launched: What this process has launched already; brought up to date here, forgotten with the run's wait.
    """
    waiting = start.unlaunched(house)
    origins = {run.origin for run in waiting}
    for origin in launched.keys() - origins:
        del launched[origin]
    now = house.clock.monotonic()
    wanted = [run for run in waiting if launched.get(run.origin, float("-inf")) <= now]
    found = engine() if wanted else None
    if found is None:
        return []
    problems = []
    for run in wanted:
        launched[run.origin] = float("inf")  # a second one would only end as a duplicate
        try:
            found.launch(launch_of(house, run))
        except NotFound as error:  # its trigger is gone; waiting for the job would hold up the others
            problems.append(f"run {run.id} is not launched: {error}")
        except InspectError as error:
            launched[run.origin] = house.clock.monotonic() + AGAIN_SECONDS
            problems.append(f"run {run.id} waits for the events sensor: {error}")
    return problems
