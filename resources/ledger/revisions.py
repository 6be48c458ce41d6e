"""Revisions: one row a change of a definition, one row for how each stands, one for what all may name."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.revision import Revision, RevisionKind, Standing
from inspect_pipelines.stored.library import LIBRARY
from inspect_pipelines.stored.revision import REVISION, STANDING
from resources.ledger.definition_tables import definition_revisions, definition_standings, libraries
from resources.ledger.owned import Owned
from resources.ledger.tables import definitions, insert


class SqlRevisions(Owned):
    def standing(self) -> Mapping[DefinitionId, Standing]:
        query = (
            sa.select(definitions.c.id, definition_standings.c.standing)
            .outerjoin(
                definition_standings,
                sa.and_(
                    definition_standings.c.org_id == definitions.c.org_id,
                    definition_standings.c.definition_id == definitions.c.id,
                ),
            )
            .where(definitions.c.org_id == self._org_id)
        )
        return {
            DefinitionId(row.id): Standing() if row.standing is None else STANDING.load(row.standing)
            for row in self._connection.execute(query)
        }

    def settle(self, definition_id: DefinitionId, standing: Standing) -> None:
        is_there = sa.select(definitions.c.id).where(
            definitions.c.org_id == self._org_id, definitions.c.id == definition_id
        )
        if self._connection.scalar(is_there) is None:
            return
        changing = {"managed_by": standing.managed_by.value, "standing": STANDING.dump(standing)}
        statement = insert(self._connection, definition_standings).values(
            org_id=self._org_id, definition_id=definition_id, **changing
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "definition_id"], set_=changing)
        )

    def append(self, revision: Revision) -> None:
        self._own(revision)
        self._connection.execute(
            sa.insert(definition_revisions).values(
                org_id=self._org_id,
                definition_id=revision.definition_id,
                number=revision.number,
                kind=revision.kind.value,
                revised_by=revision.by,
                revised_at=revision.at,
                revision=REVISION.dump(revision),
            )
        )

    def last(self, definition_id: DefinitionId) -> Revision | None:
        return next(iter(self.of(definition_id, limit=1)), None)

    def find(self, definition_id: DefinitionId, number: int) -> Revision | None:
        found = self.of(definition_id, before=number + 1, limit=1)
        return found[0] if found and found[0].number == number else None

    def of(
        self, definition_id: DefinitionId, *, before: int | None = None, limit: int = 50
    ) -> list[Revision]:
        query = (
            sa.select(definition_revisions.c.revision)
            .where(
                definition_revisions.c.org_id == self._org_id,
                definition_revisions.c.definition_id == definition_id,
            )
            .order_by(definition_revisions.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(definition_revisions.c.number < before)
        return [REVISION.load(text) for text in self._connection.scalars(query)]

    def deletions(self, limit: int = 50) -> list[Revision]:
        there = sa.select(definitions.c.id).where(
            definitions.c.org_id == self._org_id, definitions.c.id == definition_revisions.c.definition_id
        )
        later = definition_revisions.alias()
        newer = sa.select(later.c.number).where(
            later.c.org_id == self._org_id,
            later.c.definition_id == definition_revisions.c.definition_id,
            later.c.number > definition_revisions.c.number,
        )
        query = (
            sa.select(definition_revisions.c.revision)
            .where(
                definition_revisions.c.org_id == self._org_id,
                definition_revisions.c.kind == RevisionKind.DELETED.value,
                ~there.exists(),
                ~newer.exists(),
            )
            .order_by(definition_revisions.c.revised_at.desc(), definition_revisions.c.definition_id)
            .limit(limit)
        )
        return [REVISION.load(text) for text in self._connection.scalars(query)]

    def library(self) -> Library | None:
        query = sa.select(libraries.c.library).where(libraries.c.org_id == self._org_id)
        text: str | None = self._connection.scalar(query)
        return None if text is None else LIBRARY.load(text)

    def shelve(self, library: Library) -> None:
        changing = {"library": LIBRARY.dump(library)}
        statement = insert(self._connection, libraries).values(org_id=self._org_id, **changing)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_=changing))
