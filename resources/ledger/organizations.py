"""Organisations: what organization.yaml says of all their runs, as last applied."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.stored.organization import ORGANIZATION
from resources.ledger.order import one_after_the_other
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, organizations


class SqlOrganizations(Owned):
    def find(self) -> Organization:
        query = sa.select(organizations.c.config).where(organizations.c.id == self._org_id)
        text: str | None = self._connection.scalar(query)
        return Organization(self._org_id) if text is None else ORGANIZATION.load(text)

    def save(self, organization: Organization, *, at: datetime) -> None:
        self._own(organization)
        one_after_the_other(self._connection)  # two that are applied at once must not both be first
        changing = {
            "name": organization.name,
            "config": ORGANIZATION.dump(organization),
            "applied_at": at,
            "is_first": self.naming().is_first,
        }
        statement = insert(self._connection, organizations).values(id=self._org_id, **changing)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changing))

    def naming(self) -> Naming:
        first = self._connection.scalar(sa.select(organizations.c.id).where(organizations.c.is_first))
        return Naming(self._org_id, is_first=first in (None, self._org_id))

    def applied_at(self) -> datetime | None:
        query = sa.select(organizations.c.applied_at).where(organizations.c.id == self._org_id)
        found: datetime | None = self._connection.scalar(query)
        return found

    def link_key(self) -> bytes | None:
        query = sa.select(organizations.c.link_key).where(organizations.c.id == self._org_id)
        found: bytes | None = self._connection.scalar(query)
        return found

    def use_link_key(self, key: bytes) -> None:
        self._connection.execute(
            sa.update(organizations).where(organizations.c.id == self._org_id).values(link_key=key)
        )
