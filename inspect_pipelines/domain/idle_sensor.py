"""An idle sensor: a part of Dagster's machinery that nobody turns any more, by its switch or because the daemon is dead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.absence import ORIGIN
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.trigger import Definition, Trigger

SENSOR_GRACE = timedelta(minutes=5)  # they tick every 5 to 30 s; a burst of runs may take a daemon a minute
OF_EVENTS = "events"  # the sensor that only triggers need


@dataclass(frozen=True, slots=True)
class SensorState:
    """What Dagster says of a sensor."""

    name: str
    is_stopped: bool  # by the switch in its UI
    ticked_at: datetime | None  # UTC; None: never


@dataclass(frozen=True, slots=True)
class IdleSensor:
    """One outage: a sensor that is stopped, or all that do not tick any more, since the first of them did not."""

    names: tuple[str, ...]
    is_stopped: bool
    since: datetime | None  # UTC; the last tick before it, which names the outage; None: there never was one

    @property
    def key(self) -> str:
        """The same as long as it lasts, even when further sensors join it."""
        since = f"{self.since:%Y-%m-%dT%H:%M:%SZ}" if self.since else "ever"
        return f"{self.names[0] if self.is_stopped else 'daemon'}@{since}"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do."""
        names = ", ".join(repr(name) for name in self.names)
        effects = "; ".join(dict.fromkeys(WITHOUT.get(name, OTHERS) for name in self.names))
        if self.is_stopped:
            return (
                f"the sensor {names} is stopped in the Dagster UI, so {effects}; "
                "switch it on with: inspect-pipelines apply"
            )
        last = f"since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else "and never did"
        is_one = len(self.names) == 1
        whose = f"the sensor {names} does" if is_one else f"the sensors {names} do"
        why = "does not get to it" if is_one else "does not work"
        return (
            f"{whose} not tick, {last}: Dagster's daemon {why}, so {effects}; "
            "look at logs/daemon.log and logs/code.log, or start again: inspect-pipelines up"
        )


WITHOUT = {
    "reconcile": "runs that lose their worker stay open",
    "events": "runs of events may not start",
    "waiting": "runs that wait for their turn do not start",
    "queue": "runs may wait in the queue for ever",
    "switches": "what people switched off in the Dagster UI stays off",
}
OTHERS = "runs may not start or end as they should"


def idle_sensors(
    sensors: Iterable[SensorState], *, now: datetime, watching_since: datetime
) -> tuple[IdleSensor, ...]:
    """The outages: each sensor that is stopped, and all together that have not ticked for five minutes.

    Args:
        sensors: As Dagster says.
        now: UTC.
        watching_since: UTC; from then on whoever watches gives Dagster its time, so that a start is no outage.
    """
    known = tuple(sensors)
    stopped = [IdleSensor((one.name,), True, one.ticked_at) for one in known if one.is_stopped]
    silent = [
        one
        for one in known
        if not one.is_stopped and now - max(watching_since, one.ticked_at or watching_since) >= SENSOR_GRACE
    ]
    if not silent:
        return tuple(stopped)
    since = min((one.ticked_at for one in silent if one.ticked_at), default=None)
    return (*stopped, IdleSensor(tuple(sorted(one.name for one in silent)), False, since))


def concerned(sensor: IdleSensor, definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """So few definitions that everybody hears of it who hears of failures of one that needs the sensor."""
    reached: set[str] = set()
    found = []
    for definition in definitions:
        if sensor.names == (OF_EVENTS,) and not isinstance(definition, Trigger):
            continue
        rules = definition.plan.notify if definition.enabled else ()
        targets = {target for rule in rules if rule.event is RuleEvent.ON_FAILURE for target in rule.targets}
        if targets - reached:
            reached |= targets
            found.append(definition)
    return tuple(found)


def idle_origin(sensor: IdleSensor, definition_id: DefinitionId) -> str:
    """The origin of the run that stands for a sensor's outage with a definition."""
    return f"{ORIGIN}{definition_id}:{sensor.key}"
