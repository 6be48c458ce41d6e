"""What the API can do with revisions. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.queries.definitions import ScheduleDossier, TriggerDossier
from inspect_pipelines.queries.revisions import DeletedDefinition, RevisionDossier, RevisionSummary


class Revisions(Noun):
    """`client.revisions`."""

    def deleted(self) -> tuple[DeletedDefinition, ...]:
        """Schedules and triggers that were deleted, the last first; each is restored by the number of its revision."""
        return self._many(DeletedDefinition, "GET", "/deleted-definitions")

    def of_schedule(
        self, schedule_id: str, *, page_size: int = 50, cursor: str | None = None
    ) -> Pages[RevisionSummary]:
        """What was changed of a schedule, newest first; a deleted one's too."""
        return self._pages(
            RevisionSummary,
            below("/schedules/{schedule_id}/revisions", schedule_id=schedule_id),
            {},
            page_size=page_size,
            cursor=cursor,
        )

    def one_of_schedule(self, schedule_id: str, number: int) -> RevisionDossier:
        """One revision of a schedule, with what it was written as."""
        return self._one(
            RevisionDossier,
            "GET",
            below("/schedules/{schedule_id}/revisions/{number}", schedule_id=schedule_id, number=number),
        )

    def restore_schedule(
        self,
        schedule_id: str,
        number: int,
        *,
        accept_cost: bool = False,
        if_match: str | None = None,
        key: str | None = None,
    ) -> ScheduleDossier:
        """Let a schedule say again what it said then, as a new revision; a deleted one is there again."""
        return self._one(
            ScheduleDossier,
            "POST",
            below(
                "/schedules/{schedule_id}/revisions/{number}/restore", schedule_id=schedule_id, number=number
            ),
            query={"accept_cost": accept_cost},
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )

    def of_trigger(
        self, trigger_id: str, *, page_size: int = 50, cursor: str | None = None
    ) -> Pages[RevisionSummary]:
        """What was changed of a trigger, newest first; a deleted one's too."""
        return self._pages(
            RevisionSummary,
            below("/triggers/{trigger_id}/revisions", trigger_id=trigger_id),
            {},
            page_size=page_size,
            cursor=cursor,
        )

    def one_of_trigger(self, trigger_id: str, number: int) -> RevisionDossier:
        """One revision of a trigger, with what it was written as."""
        return self._one(
            RevisionDossier,
            "GET",
            below("/triggers/{trigger_id}/revisions/{number}", trigger_id=trigger_id, number=number),
        )

    def restore_trigger(
        self,
        trigger_id: str,
        number: int,
        *,
        accept_cost: bool = False,
        if_match: str | None = None,
        key: str | None = None,
    ) -> TriggerDossier:
        """Let a trigger say again what it said then, as a new revision; a deleted one is there again."""
        return self._one(
            TriggerDossier,
            "POST",
            below("/triggers/{trigger_id}/revisions/{number}/restore", trigger_id=trigger_id, number=number),
            query={"accept_cost": accept_cost},
            headers={"If-Match": if_match, "Idempotency-Key": key},
        )
