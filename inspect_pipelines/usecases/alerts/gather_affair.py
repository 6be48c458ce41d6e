"""Gather an affair: an incident with what can be told of it between runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.incident_deeds import Affair
from inspect_pipelines.domain.mailbox import Mailbox
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession


def gather_affair(
    ledger: LedgerSession, incident: Incident, definition: Definition | None = None, *, at: datetime
) -> Affair:
    """The incident's affair.

    Args:
        definition: In whose name it is told; None: in that of the last run that failed by it.
    """
    run = ledger.runs.find(incident.last_run_id)
    affair = Affair(incident, run, definition)
    if run is None:
        return affair
    if definition is None:
        affair = replace(affair, definition=ledger.definitions.find(run.definition_id))
    return replace(affair, mail=mailboxes(ledger, incident.told, at=at))


def mailboxes(ledger: LedgerSession, targets: Iterable[str], *, at: datetime) -> dict[str, Mailbox]:
    """What waits for those who heard of an incident; who has not heard of it waits for nothing that tells of it."""
    held = {target: ledger.outbox.held_for(target, at) for target in dict.fromkeys(targets)}
    return {target: Mailbox(one) for target, one in held.items() if one is not None}
