"""The Dagster entry: a job, a schedule and assets for each published definition of every organisation."""

from __future__ import annotations

import dagster as dg

from assets.job import assets_of, check_of, job_of
from assets.trends.checks import checks_of
from assets.trends.daily import HISTORY, trends_job_of, trends_of
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.engine.by_hand import starter
from inspect_pipelines.engine.choose import engine_for
from inspect_pipelines.engine.upkeep import nightly, upkeep_job
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.wiring import estate
from sensors.events import event_runs
from sensors.reconcile import reconcile
from sensors.schedules import schedule_of
from sensors.switches import switches
from sensors.trends import daily
from sensors.waiting import queue, waiting_runs


@dg.definitions
def defs() -> dg.Definitions:
    """What `apply` published last for each organisation; reads its files and opens no database."""
    settings = Settings()
    ours = estate(settings)

    def engine() -> Engine:
        return engine_for(settings)

    homes = [(ours.house(compiled.org_id), compiled) for compiled in ours.publication.all()]
    published = [
        (house, compiled.naming, definition)
        for house, compiled in homes
        for definition in compiled.definitions
    ]
    jobs = [(house, definition, job_of(definition, naming, house)) for house, naming, definition in published]
    every = [job for _, _, job in jobs]
    upkeep = upkeep_job(ours)
    watched = [(house.of_run(), compiled.naming) for house, compiled in homes]
    trends = [(house, trends_job_of(house, naming)) for house, naming in watched]
    started = [job for _, definition, job in jobs if isinstance(definition, Trigger)]
    return dg.Definitions(
        assets=[
            *(
                assets_of(definition, naming, starter(house, engine))
                for house, naming, definition in published
            ),
            *(asset for house, naming in watched for asset in trends_of(house, naming)),
        ],
        asset_checks=[
            *(check_of(definition, naming, house) for house, naming, definition in published),
            *(check for house, naming in watched for check in checks_of(house, naming.own(HISTORY))),
        ],
        jobs=[*every, *(job for _, job in trends), upkeep],
        schedules=[
            *(schedule_of(d, job, house) for house, d, job in jobs if isinstance(d, Schedule)),
            *(daily(job, house) for house, job in trends),
            nightly(upkeep),
        ],
        sensors=[
            reconcile,
            *([waiting_runs(every)] if every else []),
            *([event_runs(started)] if started else []),
            queue,
            switches,
        ],
        resources={"estate": ours},
        executor=dg.in_process_executor,  # of what is asked for by hand
    )
