"""A definition's badge: its name, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import JUDGED
from inspect_pipelines.queries.runs import reviewed_as

NEVER_RAN = "no run yet"
# A person's word about the last run is how it stands, whatever was seen.
REVIEWED = {"adopted": "approved", "rejected": "rejected"}
SAID = {
    RunStatus.PASSED: "passing",
    RunStatus.NEEDS_REVIEW: "needs review",
    RunStatus.FAILED: "failing",
    RunStatus.TIMEOUT: "timed out",
    RunStatus.ERROR: "error",
    RunStatus.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Badge:
    name: str  # of the definition
    says: str


def badge_of(house: House, kind: str, definition_id: str) -> Badge | None:
    """By the newest whole run that has ended and was not skipped; None: there is no definition of that kind and id."""
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(DefinitionId(definition_id))
        if definition is None or definition.kind != kind:
            return None
        last = next(
            iter(ledger.runs.latest(definition_id=definition.id, status=JUDGED, limit=1, only_whole=True)),
            None,
        )
        if last is None:
            return Badge(definition.name, NEVER_RAN)
        word = reviewed_as(ledger.reviews.of_run(last.id))
    return Badge(definition.name, REVIEWED.get(word) or SAID[last.status])
