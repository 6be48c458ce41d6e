"""Revisions: what was changed of a definition, by whom, how and when; a deleted one's too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inspect_pipelines.domain.definition_change import FieldChange
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.page import Page, page_of, position_of

MOST_DELETED = 200
NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    definition_id: DefinitionId
    definition_kind: str  # schedule | trigger; an id may be another's after a deletion
    number: int
    change: RevisionKind
    at: datetime  # UTC
    by: str  # `user:NAME`, or `local`
    via: str  # api | cli
    managed_by: ManagedBy
    place: str | None  # in its file, `schedules.yaml:14`
    restores: int | None  # the revision that was restored
    differs: tuple[FieldChange, ...]  # from the revision before


@dataclass(frozen=True, slots=True)
class RevisionDossier:
    summary: RevisionSummary = field(metadata=FLAT)
    definition: Mapping[str, Any] | None  # as an entry of schedules.yaml; None: it was not kept


@dataclass(frozen=True, slots=True)
class DeletedDefinition:
    """A schedule or trigger that was deleted: its last revision, by which it is restored."""

    revision: RevisionSummary = field(metadata=FLAT)
    name: str
    is_restorable: bool  # what it said was kept


def list_revisions(
    house: House, kind: str, definition_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[RevisionSummary] | None:
    """A page of them, newest first; None: nothing of that kind ever had that id."""
    position = position_of(cursor)
    if position is not None and not NUMBER.fullmatch(position.id):
        raise UsageError(f"cursor {str(cursor)[:80]!r} is none of a list of revisions; begin without one")
    before = int(position.id) if position else None
    with house.ledger.read() as ledger:
        newest = ledger.revisions.last(DefinitionId(definition_id))
        current = ledger.definitions.find(DefinitionId(definition_id))
        if (newest is None or newest.definition_kind != kind) and (current is None or current.kind != kind):
            return None
        found = ledger.revisions.of(DefinitionId(definition_id), before=before, limit=limit + 1)
    return page_of(found, limit, lambda one: Position(one.at, str(one.number))).of(revision_summary)


def list_deleted(house: House, limit: int = MOST_DELETED) -> list[DeletedDefinition]:
    """What was deleted and is not there again, the last first."""
    with house.ledger.read() as ledger:
        found = ledger.revisions.deletions(limit)
    return [
        DeletedDefinition(
            revision_summary(one),
            str(one.written.document.get("name") or one.definition_id) if one.written else one.definition_id,
            one.written is not None,
        )
        for one in found
    ]


def show_revision(house: House, kind: str, definition_id: str, number: int) -> RevisionDossier | None:
    """One of them, and what the definition was written as."""
    with house.ledger.read() as ledger:
        found = ledger.revisions.find(DefinitionId(definition_id), number)
    if found is None or found.definition_kind != kind:
        return None
    return RevisionDossier(revision_summary(found), found.written.document if found.written else None)


def revision_summary(one: Revision) -> RevisionSummary:
    """What changed, who changed it and how."""
    return RevisionSummary(
        one.definition_id,
        one.definition_kind,
        one.number,
        one.kind,
        one.at,
        one.by,
        one.via,
        one.managed_by,
        (one.written.place or None) if one.written else None,
        one.restores,
        one.differs,
    )
