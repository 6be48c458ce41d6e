"""What the API can do with triggers. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.definitions import TriggerDossier, TriggerSummary
from inspect_pipelines.queries.plan_summary import PlanSummary
from inspect_pipelines.queries.rehearsal import RehearsedEvent


class Triggers(Noun):
    """`client.triggers`."""

    def list(self, *, tagged: str | None = None) -> tuple[TriggerSummary, ...]:
        """Every trigger, by its id, with what it asks of its event."""
        return self._many(TriggerSummary, "GET", "/triggers", query={"tag": tagged})

    def show(self, trigger_id: str) -> TriggerDossier:
        """A trigger with what came of the last events of its kind, and what it was written as; its ETag is its revision."""
        return self._one(TriggerDossier, "GET", below("/triggers/{trigger_id}", trigger_id=trigger_id))

    def plan(self, trigger_id: str) -> PlanSummary:
        """What a trigger runs, and how."""
        return self._one(PlanSummary, "GET", below("/triggers/{trigger_id}/plan", trigger_id=trigger_id))

    def test_all(
        self,
        *,
        event_id: str | None = None,
        payload: str | None = None,
        kind: str = "",
        source_id: str | None = None,
        paths: Sequence[str] = (),
        key: str | None = None,
    ) -> RehearsedEvent:
        """What an event would start, whichever triggers name its kind; starts and stores nothing."""
        return self._one(
            RehearsedEvent,
            "POST",
            "/triggers/test",
            body={
                "event_id": event_id,
                "payload": payload,
                "kind": kind,
                "source_id": source_id,
                "paths": paths,
            },
            headers={"Idempotency-Key": key},
        )

    def test(
        self,
        trigger_id: str,
        *,
        event_id: str | None = None,
        payload: str | None = None,
        kind: str = "",
        source_id: str | None = None,
        paths: Sequence[str] = (),
        key: str | None = None,
    ) -> RehearsedEvent:
        """What an event would start by this trigger, with which variables, and why not; starts and stores nothing."""
        return self._one(
            RehearsedEvent,
            "POST",
            below("/triggers/{trigger_id}/test", trigger_id=trigger_id),
            body={
                "event_id": event_id,
                "payload": payload,
                "kind": kind,
                "source_id": source_id,
                "paths": paths,
            },
            headers={"Idempotency-Key": key},
        )
