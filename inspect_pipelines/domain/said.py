"""What was said of a change: which decision of a person a comparison follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.ids import DecisionId


class DecisionKind(StrEnum):
    ACCEPT = "accept"  # it is as it should be
    REJECT = "reject"  # it is a defect
    IGNORE = "ignore"  # this change does not matter, also where it jitters by a pixel
    QUARANTINE = "quarantine"  # whatever the view shows fails nothing, for a while

    @property
    def past(self) -> str:
        """`accepted`, .."""
        return {"quarantine": "quarantined"}.get(self.value, self.value.removesuffix("e") + "ed")


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as a comparison that follows it keeps it."""

    decision_id: DecisionId
    kind: DecisionKind
    by: str
    at: datetime  # UTC
    until: datetime | None = None  # UTC; of a quarantine, or of a change that is ignored for a while
    owner: str = ""  # who looks after a quarantined view
    branch: str = ""  # on whose layer it was approved, where the target shows that now; empty: it was said of the set itself

    @property
    def clause(self) -> str:
        """`accepted by ada on 2026-11-28`; what has an end says until when."""
        who = self.by.removeprefix("user:")
        if self.branch:
            return f"approved on {self.branch} by {who}, promoted"
        if self.until is not None:
            return f"{self.kind.past} by {who} until {self.until:%Y-%m-%d}"
        return f"{self.kind.past} by {who} on {self.at:%Y-%m-%d}"
