"""How schedules and triggers are kept, as last applied."""

from __future__ import annotations

from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.stored.shape import Shape

SCHEDULE = Shape("a schedule", Schedule)
TRIGGER = Shape("a trigger", Trigger)


def dump_definition(definition: Definition) -> str:
    """The JSON text to keep; `definition.kind` has to be kept beside it."""
    return SCHEDULE.dump(definition) if isinstance(definition, Schedule) else TRIGGER.dump(definition)


def load_definition(kind: str, text: str) -> Definition:
    """The schedule or trigger behind a text of `dump_definition`.

    Raises:
        Unreadable: It is damaged, or a newer inspect-pipelines wrote it.
    """
    return SCHEDULE.load(text) if kind == "schedule" else TRIGGER.load(text)
