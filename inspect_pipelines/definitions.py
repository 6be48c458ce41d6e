"""The Dagster entry: a job, a schedule and assets for each published definition."""

from __future__ import annotations

import dagster as dg

from assets.job import assets_of, check_of, job_of
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.wiring import house
from sensors.events import event_runs
from sensors.reconcile import reconcile
from sensors.schedules import schedule_of
from sensors.switches import switches
from sensors.waiting import queue, waiting_runs


@dg.definitions
def defs() -> dg.Definitions:
    """What `apply` published last; reads one file and opens no database."""
    home = house(Settings())
    compiled = home.publication.read(home.org_id)
    naming = compiled.naming
    jobs = {definition.id: job_of(definition, naming) for definition in compiled.definitions}
    started = [jobs[d.id] for d in compiled.definitions if isinstance(d, Trigger)]
    return dg.Definitions(
        assets=[spec for definition in compiled.definitions for spec in assets_of(definition, naming)],
        asset_checks=[check_of(definition, naming) for definition in compiled.definitions],
        jobs=list(jobs.values()),
        schedules=[schedule_of(d, jobs[d.id]) for d in compiled.definitions if isinstance(d, Schedule)],
        sensors=[
            reconcile,
            *([waiting_runs(list(jobs.values()))] if jobs else []),
            *([event_runs(started)] if started else []),
            queue,
            switches,
        ],
        resources={"house": home, "io_manager": dg.mem_io_manager},
    )
