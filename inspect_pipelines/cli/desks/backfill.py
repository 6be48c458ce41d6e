"""Past times of schedules, as commands ask for them: here in an engine of this machine, there by the server."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.output import user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import definition_of
from inspect_pipelines.queries.past import PastTimes
from inspect_pipelines.queries.runs import RunSummary, summary
from inspect_pipelines.usecases.runs import backfill
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class BackfillDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def timezone(self, definition_id: str) -> str:
        """In which days of a schedule are meant."""

    def past(self, definition_id: str, first: datetime, last: datetime) -> PastTimes:
        """What there is to run between two times."""

    def run(self, definition_id: str, at: datetime) -> RunSummary:
        """One of them, as it ended."""


class BackfillHere(BackfillDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        return self._house.clock.now()

    def timezone(self, definition_id: str) -> str:
        definition = definition_of(self._house, DefinitionId(definition_id))
        return definition.timezone if isinstance(definition, Schedule) else "UTC"

    def past(self, definition_id: str, first: datetime, last: datetime) -> PastTimes:
        return backfill.past_times(self._house, DefinitionId(definition_id), first, last)

    def run(self, definition_id: str, at: datetime) -> RunSummary:
        from inspect_pipelines.cli.launching import awaited, launched

        settings, wanted_id = Settings(), DefinitionId(definition_id)
        wanted = backfill.request_past(self._house, wanted_id, at, by=f"user:{user_name()}")
        engine, handle = launched(self._house, settings, wanted)
        return summary(self._house, awaited(self._house, settings, engine, handle, wanted))


class BackfillThere(BackfillDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def timezone(self, definition_id: str) -> str:
        if self._client.find.definition(definition_id).kind == "trigger":
            raise backfill.no_times(definition_id)
        return self._client.schedules.show(definition_id).summary.timezone

    def past(self, definition_id: str, first: datetime, last: datetime) -> PastTimes:
        return self._client.runs.past(definition_id, since=first, until=last)

    def run(self, definition_id: str, at: datetime) -> RunSummary:
        from inspect_pipelines.cli.desks.starts import started_there

        run = self._client.runs.run_past_time(definition_id, at=at)
        return started_there(self._client, run).await_end(False)
