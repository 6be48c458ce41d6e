"""Export: what the API made, as a file that `apply` takes over."""

from __future__ import annotations

from inspect_pipelines.config.schedules_text import schedules_text
from inspect_pipelines.domain.revision import ManagedBy
from inspect_pipelines.ports.house import House


def export_text(house: House) -> str:
    """The text of a schedules.yaml that holds all that the API made, and nothing else."""
    with house.ledger.read() as ledger:
        standing = ledger.revisions.standing()
        kinds = {one.id: one.kind for one in ledger.definitions.all()}
    documents = {
        kind: [
            one.written.document
            for definition_id, one in sorted(standing.items())
            if one.managed_by is ManagedBy.API and one.written is not None and kinds[definition_id] == kind
        ]
        for kind in ("schedule", "trigger")
    }
    return schedules_text(house.org_id, documents["schedule"], documents["trigger"])
