"""Alerting: when people hear of an incident, and when they are left in peace."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import DefinitionId, IncidentId, OrgId


@dataclass(frozen=True, slots=True)
class Alerting:
    """What holds for an organisation's incidents; a definition may say otherwise.

    The group window is Alertmanager's `group_interval`, its first message never waits; nobody of the peers holds
    flapping back, so those figures are ours: twice there and back within twelve hours.
    """

    group_window_minutes: int = 5  # further incidents for one target come in one message; 0: never
    repeat_every_minutes: int = 24 * 60  # an open incident that nobody acknowledged is told again; 0: never
    alert_after: int = 1  # failing runs until people hear of it
    flap_changes: int = 4  # that many openings and recoveries ..
    flap_minutes: int = 12 * 60  # .. within this time are one notice; 0: never

    def overridden(self, own: Overrides) -> Alerting:
        """This, with what a definition says for itself."""
        said = {one.name: getattr(own, one.name) for one in fields(own)}
        return replace(self, **{name: value for name, value in said.items() if value is not None})

    @property
    def group_window(self) -> timedelta:
        return timedelta(minutes=self.group_window_minutes)

    @property
    def flap_window(self) -> timedelta:
        return timedelta(minutes=self.flap_minutes)

    def is_flapping(self, changes: tuple[datetime, ...]) -> bool:
        """Whether so many changes, all of them within the window, are one coming and going."""
        return self.flap_minutes > 0 and len(changes) >= self.flap_changes

    def is_due_again(self, told_at: datetime, now: datetime) -> bool:
        """Whether an open incident is to be told once more."""
        return 0 < self.repeat_every_minutes <= (now - told_at) / timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a definition says about its own incidents; None: as the organisation does."""

    repeat_every_minutes: int | None = None
    alert_after: int | None = None
    flap_changes: int | None = None
    flap_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of an incident, or of anything about a definition, until then; recoveries are told all the same."""

    silence_id: str
    org_id: OrgId
    reason: str
    by: str  # `user:NAME`
    since: datetime  # UTC
    until: datetime  # UTC, not included
    incident_id: IncidentId | None = None
    definition_id: DefinitionId | None = None

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until
