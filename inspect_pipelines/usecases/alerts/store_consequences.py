"""Store consequences: whatever follows from a deed, in the transaction of the deed; the one way to incident and outbox."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.audit import is_by_rule
from inspect_pipelines.domain.consequences import Consequences
from inspect_pipelines.domain.decision import AUTOMATIC
from inspect_pipelines.domain.layer import PROMOTION
from inspect_pipelines.facts.alert import incident_facts
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.ports.ledger import LedgerSession


def store_consequences(ledger: LedgerSession, after: Consequences, *, at: datetime) -> None:
    """Store them, with the facts that the history keeps of them."""
    if used := after.minutes:
        ledger.usage.add(used.definition_id, used.month, used.minutes)
    if after.pause is not None:
        ledger.pauses.add(after.pause)
    if after.notices:
        ledger.notices.give(after.notices, at=at)
    for incident in after.incidents:
        ledger.incidents.save(incident)
        ledger.journal.append("incident", incident_facts(incident), at=at)
        if incident.id in after.shown:
            ledger.incidents.add_run(incident, incident.last_run_id)
    for note in after.mail.stored:
        ledger.outbox.store(note)
    for note in after.mail.replaced:
        ledger.outbox.replace(note)
    if after.baseline is not None:
        ledger.baselines.add(after.baseline)
        ledger.journal.append("baseline", baseline_facts(after.baseline), at=at)
        by, source = after.baseline.created_by, f"of run {after.baseline.source_run_id}"
        if by == PROMOTION:
            told = f"{source}: {after.baseline.notes}"
            ledger.audit.append("baseline.promoted", after.baseline.id, by=AUTOMATIC, at=at, detail=told)
        elif is_by_rule(by):  # what a person adopts is told with their word
            ledger.audit.append("baseline.adopted", after.baseline.id, by=by, at=at, detail=source)
