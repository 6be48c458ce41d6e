"""A decision: what came of one event at one trigger; kept, so that people see why a run started or did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.ids import DefinitionId, EventId, OrgId, RunId


class AnswerKind(StrEnum):
    STARTED = "started"  # a run of its own, or the first event of a batch
    COALESCED = "coalesced"  # taken in by a batch or a run that waited
    NO = "no"
    UNDECIDED = (
        "undecided"  # its changed paths stayed unknown, or it lacks a value that the run needs; people hear
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Unique by event, trigger and replay."""

    org_id: OrgId
    event_id: EventId
    trigger_id: DefinitionId
    outcome: AnswerKind
    reason: str  # one sentence: why not, or what decided
    decided_at: datetime  # UTC
    replay: str = ""  # which replay of the event, `r1`, `r2`, ..; empty: the event itself
    batch_id: str | None = None
    run_id: RunId | None = None  # None while its batch is open

    def sentence(self) -> str:
        """What came of it, for people."""
        if self.outcome is AnswerKind.STARTED:
            return f"started run {self.run_id}" if self.run_id else "waits for the end of its quiet period"
        if self.outcome is AnswerKind.COALESCED:
            return f"coalesced into run {self.run_id}" if self.run_id else "coalesced into a waiting batch"
        return f"{self.outcome.value}: {self.reason}"
