"""What the API can do with definitions. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.definitions import ScheduleDossier, TriggerDossier
from inspect_pipelines.queries.revisions import RevisionSummary


class Definitions(Noun):
    """`client.definitions`."""

    def create_schedule(
        self, *, entry: Mapping[str, Any], accept_cost: bool = False, key: str | None = None
    ) -> ScheduleDossier:
        """Make a schedule that no file knows; Dagster has it within seconds."""
        return self._one(
            ScheduleDossier,
            "POST",
            "/schedules",
            query={"accept_cost": accept_cost},
            body=entry,
            headers={"Idempotency-Key": key},
        )

    def replace_schedule(
        self,
        schedule_id: str,
        *,
        entry: Mapping[str, Any],
        accept_cost: bool = False,
        if_match: str | None = None,
        key: str | None = None,
    ) -> ScheduleDossier:
        """Say all of a schedule anew; asks for `If-Match`. What a file owns is refused, and told where it stands."""
        return self._one(
            ScheduleDossier,
            "PUT",
            below("/schedules/{schedule_id}", schedule_id=schedule_id),
            query={"accept_cost": accept_cost},
            body=entry,
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )

    def delete_schedule(
        self,
        schedule_id: str,
        *,
        confirm: str | None = None,
        if_match: str | None = None,
        key: str | None = None,
    ) -> RevisionSummary:
        """Delete a schedule; its runs and revisions stay, and any of these restores it."""
        return self._one(
            RevisionSummary,
            "DELETE",
            below("/schedules/{schedule_id}", schedule_id=schedule_id),
            query={"confirm": confirm},
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )

    def enable_schedule(self, schedule_id: str, *, key: str | None = None) -> ScheduleDossier:
        """Switch a schedule on; nothing that was due before fires late."""
        return self._one(
            ScheduleDossier,
            "POST",
            below("/schedules/{schedule_id}/enable", schedule_id=schedule_id),
            headers={"Idempotency-Key": key},
        )

    def disable_schedule(self, schedule_id: str, *, key: str | None = None) -> ScheduleDossier:
        """Switch a schedule off for good; a file's stays so until the file says something new of `enabled`."""
        return self._one(
            ScheduleDossier,
            "POST",
            below("/schedules/{schedule_id}/disable", schedule_id=schedule_id),
            headers={"Idempotency-Key": key},
        )

    def create_trigger(
        self, *, entry: Mapping[str, Any], accept_cost: bool = False, key: str | None = None
    ) -> TriggerDossier:
        """Make a trigger that no file knows; it answers the next event."""
        return self._one(
            TriggerDossier,
            "POST",
            "/triggers",
            query={"accept_cost": accept_cost},
            body=entry,
            headers={"Idempotency-Key": key},
        )

    def replace_trigger(
        self,
        trigger_id: str,
        *,
        entry: Mapping[str, Any],
        accept_cost: bool = False,
        if_match: str | None = None,
        key: str | None = None,
    ) -> TriggerDossier:
        """Say all of a trigger anew; asks for `If-Match`. What a file owns is refused, and told where it stands."""
        return self._one(
            TriggerDossier,
            "PUT",
            below("/triggers/{trigger_id}", trigger_id=trigger_id),
            query={"accept_cost": accept_cost},
            body=entry,
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )

    def delete_trigger(
        self,
        trigger_id: str,
        *,
        confirm: str | None = None,
        if_match: str | None = None,
        key: str | None = None,
    ) -> RevisionSummary:
        """Delete a trigger; its runs and revisions stay, and any of these restores it."""
        return self._one(
            RevisionSummary,
            "DELETE",
            below("/triggers/{trigger_id}", trigger_id=trigger_id),
            query={"confirm": confirm},
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )

    def enable_trigger(self, trigger_id: str, *, key: str | None = None) -> TriggerDossier:
        """Switch a trigger on."""
        return self._one(
            TriggerDossier,
            "POST",
            below("/triggers/{trigger_id}/enable", trigger_id=trigger_id),
            headers={"Idempotency-Key": key},
        )

    def disable_trigger(self, trigger_id: str, *, key: str | None = None) -> TriggerDossier:
        """Switch a trigger off for good; a file's stays so until the file says something new of `enabled`."""
        return self._one(
            TriggerDossier,
            "POST",
            below("/triggers/{trigger_id}/disable", trigger_id=trigger_id),
            headers={"Idempotency-Key": key},
        )
