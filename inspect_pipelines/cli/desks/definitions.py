"""Schedules and triggers, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.output import user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import find_trigger
from inspect_pipelines.queries.definitions import (
    ScheduleSummary,
    TriggerDossier,
    TriggerSummary,
    list_schedules,
    list_triggers,
    show_trigger,
)
from inspect_pipelines.queries.events import find_event
from inspect_pipelines.queries.export import export_text
from inspect_pipelines.queries.rehearsal import RehearsedEvent
from inspect_pipelines.queries.upcoming import Upcoming, list_upcoming
from inspect_pipelines.usecases.definitions import pause as pausing
from inspect_pipelines.usecases.definitions.pause import Resumed
from inspect_pipelines.usecases.events.rehearse import event_of, rehearse_event
from inspect_pipelines.usecases.runs.reconcile import reconcile
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client

NO_REASON = "no reason given"


class DefinitionDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def schedules(self) -> Sequence[ScheduleSummary]:
        """Every schedule, by its id."""

    def upcoming(self, count: int, definition_id: DefinitionId | None) -> Sequence[Upcoming]:
        """The next times of one schedule, or of all."""

    def pause(self, definition_id: DefinitionId | None, *, reason: str, until: datetime | None) -> Pause:
        """Hold one definition back, or all."""

    def resume(self, definition_id: DefinitionId | None) -> Resumed:
        """Let one definition go on, or all."""

    def triggers(self) -> Sequence[TriggerSummary]:
        """Every trigger, by its id."""

    def trigger(self, trigger_id: str) -> TriggerDossier:
        """All of one."""

    def rehearse(
        self,
        trigger_id: str | None,
        *,
        payload: bytes | None,
        kind: str,
        source_id: str | None,
        event_id: str | None,
        paths: Sequence[str],
    ) -> RehearsedEvent:
        """What an event would start."""

    def export(self) -> str:
        """What the API made, as a schedules.yaml."""


class DefinitionsHere(DefinitionDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        return self._house.clock.now()

    def schedules(self) -> Sequence[ScheduleSummary]:
        from inspect_pipelines.engine.choose import ticker_for

        reconcile(self._house)
        return list_schedules(self._house, ticker_for(Settings()))

    def upcoming(self, count: int, definition_id: DefinitionId | None) -> Sequence[Upcoming]:
        return list_upcoming(self._house, count, definition_id)

    def pause(self, definition_id: DefinitionId | None, *, reason: str, until: datetime | None) -> Pause:
        by = f"user:{user_name()}"
        return pausing.pause(self._house, definition_id, by=by, reason=reason or NO_REASON, until=until)

    def resume(self, definition_id: DefinitionId | None) -> Resumed:
        return pausing.resume(self._house, definition_id, by=f"user:{user_name()}")

    def triggers(self) -> Sequence[TriggerSummary]:
        return list_triggers(self._house)

    def trigger(self, trigger_id: str) -> TriggerDossier:
        return show_trigger(self._house, trigger_id)

    def rehearse(
        self,
        trigger_id: str | None,
        *,
        payload: bytes | None,
        kind: str,
        source_id: str | None,
        event_id: str | None,
        paths: Sequence[str],
    ) -> RehearsedEvent:
        event = (
            event_of(self._house, payload, kind=kind, source_id=source_id)
            if payload is not None
            else find_event(self._house, event_id or "")
        )
        wanted = [find_trigger(self._house, trigger_id)] if trigger_id else None
        return rehearse_event(self._house, event, triggers=wanted, paths=paths or None)

    def export(self) -> str:
        return export_text(self._house)


class DefinitionsThere(DefinitionDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def schedules(self) -> Sequence[ScheduleSummary]:
        return self._client.schedules.list()

    def upcoming(self, count: int, definition_id: DefinitionId | None) -> Sequence[Upcoming]:
        return self._client.schedules.upcoming_of_all(count=count, definition_id=definition_id)

    def pause(self, definition_id: DefinitionId | None, *, reason: str, until: datetime | None) -> Pause:
        pauses, why = self._client.pauses, reason or NO_REASON
        if definition_id is None:
            return pauses.pause_all(reason=why, until=until)
        verb = pauses.pause_trigger if self._is_trigger(definition_id) else pauses.pause_schedule
        return verb(definition_id, reason=why, until=until)

    def resume(self, definition_id: DefinitionId | None) -> Resumed:
        pauses = self._client.pauses
        if definition_id is None:
            return pauses.resume_all()
        verb = pauses.resume_trigger if self._is_trigger(definition_id) else pauses.resume_schedule
        return verb(definition_id)

    def triggers(self) -> Sequence[TriggerSummary]:
        return self._client.triggers.list()

    def trigger(self, trigger_id: str) -> TriggerDossier:
        return self._client.triggers.show(trigger_id)

    def rehearse(
        self,
        trigger_id: str | None,
        *,
        payload: bytes | None,
        kind: str,
        source_id: str | None,
        event_id: str | None,
        paths: Sequence[str],
    ) -> RehearsedEvent:
        try:
            text = None if payload is None else payload.decode()
        except UnicodeDecodeError:
            raise UsageError("the payload is not UTF-8, so it cannot be sent to a server") from None
        event = None if event_id is None else self._client.find.event(event_id).id
        if trigger_id is None:
            return self._client.triggers.test_all(
                event_id=event, payload=text, kind=kind, source_id=source_id, paths=paths
            )
        return self._client.triggers.test(
            trigger_id, event_id=event, payload=text, kind=kind, source_id=source_id, paths=paths
        )

    def export(self) -> str:
        return self._client.export.export()

    def _is_trigger(self, definition_id: str) -> bool:
        return self._client.find.definition(definition_id).kind == "trigger"
