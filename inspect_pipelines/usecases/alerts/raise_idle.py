"""Tell people once of a sensor that nobody turns any more."""

from __future__ import annotations

from collections.abc import Iterable

from inspect_pipelines.domain.idle_sensor import IdleSensor, concerned, idle_origin
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import record_end


def raise_idle(house: House, sensors: Iterable[IdleSensor]) -> list[Run]:
    """Store one concluded run with its messages for each outage and each circle of people who hear of failures.

    Returns:
        Those that were stored now; an outage that was told before has none.
    """
    raised = []
    for sensor in sensors:
        with house.ledger.read() as ledger:
            untold = [
                one
                for one in concerned(sensor, ledger.definitions.all())
                if ledger.runs.by_origin(idle_origin(sensor, one.id)) is None
            ]
        raised += [run for one in untold if (run := _raised(house, sensor, one)) is not None]
    return raised


def _raised(house: House, sensor: IdleSensor, definition: Definition) -> Run | None:
    now = house.clock.now()
    wanted = Run(
        id=RunId(house.clock.new_id()),
        org_id=definition.org_id,
        origin=idle_origin(sensor, definition.id),
        definition_id=definition.id,
        definition_kind=definition.kind,
        nominal_at=sensor.since or now,
        requested_at=now,
        timeout_minutes=definition.plan.timeout_minutes,
        requested_by="alarm",
    )
    with house.ledger.write() as ledger:
        if ledger.runs.request(wanted).id != wanted.id:
            return None  # somebody else told it meanwhile
        ended = wanted.concluded(RunStatus.ERROR, sensor.sentence, now=now)
        record_end(ledger, ended, definition, at=now, kinds=house.kinds)
        return ended
