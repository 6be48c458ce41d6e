"""Record: store a definition's change with its revision and its facts, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.definition_change import differences
from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind, Standing, Written
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.facts.definition import definition_facts
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.resolve_deleted import resolve_deleted


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, how and when."""

    by: str  # `user:NAME`, or `local`
    via: str  # api | cli
    at: datetime  # UTC


def record(
    ledger: LedgerSession,
    definition: Definition,
    kind: RevisionKind,
    *,
    managed_by: ManagedBy,
    written: Written | None,
    actor: Actor,
    switched: bool | None = None,
    restores: int | None = None,
) -> Revision:
    """Make the ledger say that this is what the definition is.

    Args:
        ledger: The transaction.
        definition: As it will be.
        kind: Why it changes.
        managed_by: Who owns it from now on.
        written: What they said.
        actor: Who changes it.
        switched: What a person said of a file's `enabled`; None: nothing that still counts.
        restores: The revision that is restored.
    """
    before = ledger.definitions.find(definition.id)
    last = ledger.revisions.last(definition.id)
    revision = Revision(
        definition.org_id,
        definition.id,
        definition.kind,
        last.number + 1 if last else 1,
        kind,
        actor.at,
        actor.by,
        actor.via,
        managed_by,
        written,
        differences(before, definition) if before is not None else (),
        restores,
    )
    if before != definition:
        ledger.definitions.save(definition, by=actor.by, at=actor.at)
        facts = definition_facts(definition, at=actor.at, by=actor.by)
        ledger.journal.append("definition", facts, at=actor.at)
    ledger.revisions.append(revision)
    ledger.revisions.settle(definition.id, Standing(managed_by, revision.number, written, switched))
    return revision


def record_deletion(
    ledger: LedgerSession, definition: Definition, standing: Standing, *, actor: Actor
) -> Revision:
    """Forget the definition; its revisions, runs and baselines stay."""
    last = ledger.revisions.last(definition.id)
    revision = Revision(
        definition.org_id,
        definition.id,
        definition.kind,
        last.number + 1 if last else 1,
        RevisionKind.DELETED,
        actor.at,
        actor.by,
        actor.via,
        standing.managed_by,
        standing.written,
    )
    ledger.definitions.delete(definition.id, by=actor.by, at=actor.at)
    ledger.revisions.append(revision)
    resolve_deleted(ledger, definition, by=actor.by, at=actor.at)
    facts = definition_facts(definition, at=actor.at, by=actor.by, deleted=True)
    ledger.journal.append("definition", facts, at=actor.at)
    return revision
