"""Tick: what a schedule asks for at one of its times; only reads, so that Dagster's "Test" button may do it too."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.maintenance import under_maintenance
from inspect_pipelines.domain.occurrence import Due, due, is_retimed
from inspect_pipelines.domain.run import cron_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.check_admission import floor, not_now


def tick(house: House, published: Schedule, at: datetime) -> Due:
    """The occurrences to run now, missed ones included; or why there are none.

    Args:
        published: The schedule as Dagster knows it, which may lag behind the ledger by a minute.
        at: The tick's nominal time, UTC.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        current = ledger.definitions.find(published.id)
        if not isinstance(current, Schedule):
            return Due(
                (), f"{published.id!r} is no schedule any more; publish again with: inspect-pipelines apply"
            )
        if why := not_now(ledger, current, now):
            return Due((), why)
        if is_retimed(published, current):
            return Due((), f"{published.id!r} was changed; its new times come as soon as Dagster knows them")
        windows = ledger.organizations.find().maintenance

        def is_known(time: datetime) -> bool:
            return ledger.runs.by_origin(cron_origin(current.id, time)) is not None

        return due(
            current,
            at,
            now=now,
            floor=floor(ledger, current, now),
            is_known=is_known,
            is_closed=lambda time: under_maintenance(windows, current.id, time) is not None,
        )
