"""Members and tokens: changed in the transaction of their audit row."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from inspect_pipelines.domain.access import AccessToken, Member, Permission, Role
from inspect_pipelines.domain.ids import OrgId
from resources.ledger.access_tables import access_tokens, members
from resources.ledger.audit import SqlAudit
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

# Of a workflow's token, behind its end: longer than a proof can hold, so that none is exchanged twice.
PROVEN_KEPT_FOR = timedelta(days=1)


class SqlMembers(Owned):
    def find(self, login: str) -> Member | None:
        query = sa.select(members).where(members.c.org_id == self._org_id, members.c.login == login)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _member(row)

    def all(self) -> list[Member]:
        query = sa.select(members).where(members.c.org_id == self._org_id).order_by(members.c.login)
        return [_member(row) for row in self._connection.execute(query)]

    def save(self, member: Member) -> None:
        self._own(member)
        changing = {"role": member.role.value, "added_at": member.added_at, "added_by": member.added_by}
        statement = insert(self._connection, members).values(
            org_id=self._org_id, login=member.login, **changing
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "login"], set_=changing)
        )
        audit = SqlAudit(self._connection, self._org_id, self._via)
        audit.append(
            "member.saved", member.login, by=member.added_by, at=member.added_at, detail=member.role.value
        )

    def remove(self, login: str, *, by: str, at: datetime) -> bool:
        removed = self._connection.execute(
            sa.delete(members).where(members.c.org_id == self._org_id, members.c.login == login)
        )
        if removed.rowcount:
            SqlAudit(self._connection, self._org_id, self._via).append("member.removed", login, by=by, at=at)
        return removed.rowcount == 1


class SqlTokens(Owned):
    def add(self, token: AccessToken) -> None:
        self._own(token)
        self._connection.execute(sa.insert(access_tokens).values(**_values(token)))
        self._tell(token)

    def add_proven(self, token: AccessToken) -> bool:
        self._own(token)
        self._connection.execute(
            sa.delete(access_tokens).where(
                access_tokens.c.org_id == self._org_id,
                access_tokens.c.proof.is_not(None),
                access_tokens.c.expires_at < token.created_at - PROVEN_KEPT_FOR,
            )
        )
        statement = insert(self._connection, access_tokens).values(**_values(token))
        once = statement.on_conflict_do_nothing(index_elements=["org_id", "proof"])
        if self._connection.scalar(once.returning(access_tokens.c.id)) is None:
            return False
        self._tell(token)
        return True

    def all(self) -> list[AccessToken]:
        query = sa.select(access_tokens).where(access_tokens.c.org_id == self._org_id)
        newest = query.order_by(access_tokens.c.created_at.desc(), access_tokens.c.id.desc())
        return [token_of(row) for row in self._connection.execute(newest)]

    def revoke(self, token_id: str, *, by: str, at: datetime) -> bool:
        revoked = self._connection.execute(
            sa.update(access_tokens)
            .where(
                access_tokens.c.org_id == self._org_id,
                access_tokens.c.id == token_id,
                access_tokens.c.revoked_at.is_(None),
            )
            .values(revoked_at=at, revoked_by=by)
        )
        if revoked.rowcount:
            SqlAudit(self._connection, self._org_id, self._via).append(
                "token.revoked", token_id, by=by, at=at
            )
        return revoked.rowcount == 1

    def ending(self, *, after: datetime, until: datetime) -> list[AccessToken]:
        query = sa.select(access_tokens).where(
            access_tokens.c.org_id == self._org_id,
            access_tokens.c.proof.is_(None),
            access_tokens.c.revoked_at.is_(None),
            access_tokens.c.expires_at > after,
            access_tokens.c.expires_at <= until,
        )
        first = query.order_by(access_tokens.c.expires_at, access_tokens.c.id)
        return [token_of(row) for row in self._connection.execute(first)]

    def revoke_of(self, login: str, *, by: str, at: datetime) -> int:
        query = sa.select(access_tokens.c.id).where(
            access_tokens.c.org_id == self._org_id,
            access_tokens.c.login == login,
            access_tokens.c.proof.is_(None),
            access_tokens.c.revoked_at.is_(None),
            access_tokens.c.expires_at > at,
        )
        return sum(self.revoke(one, by=by, at=at) for one in [*self._connection.scalars(query)])

    def used(self, token_id: str, *, at: datetime) -> None:
        self._connection.execute(
            sa.update(access_tokens)
            .where(access_tokens.c.org_id == self._org_id, access_tokens.c.id == token_id)
            .values(last_used_at=at)
        )

    def _tell(self, token: AccessToken) -> None:
        audit = SqlAudit(self._connection, self._org_id, self._via)
        audit.append("token.created", token.id, by=token.created_by, at=token.created_at, detail=token.login)


def token_of(row: sa.Row[tuple[object, ...]]) -> AccessToken:
    """A row of theirs; a scope that this program does not know opens nothing."""
    known = {permission.value for permission in Permission}
    return AccessToken(
        org_id=OrgId(row.org_id),
        id=row.id,
        name=row.name,
        login=row.login,
        scopes=frozenset(Permission(scope) for scope in row.scopes.split() if scope in known),
        sha256=row.sha256,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        proof=row.proof,
        is_personal=row.is_personal,
    )


def _values(token: AccessToken) -> dict[str, object]:
    return {
        "org_id": token.org_id,
        "id": token.id,
        "name": token.name,
        "login": token.login,
        "scopes": " ".join(sorted(token.scopes)),
        "sha256": token.sha256,
        "created_at": token.created_at,
        "created_by": token.created_by,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
        "revoked_by": token.revoked_by,
        "proof": token.proof,
        "is_personal": token.is_personal,
    }


def _member(row: sa.Row[tuple[object, ...]]) -> Member:
    return Member(OrgId(row.org_id), row.login, Role(row.role), row.added_at, row.added_by)
