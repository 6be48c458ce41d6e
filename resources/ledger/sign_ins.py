"""How people sign in: the hashes of their passwords, and their browsers; changed in the transaction of their audit row."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.identity import Identity
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.sign_in import IDLE, KEPT_FOR, SignIn
from resources.ledger.audit import SqlAudit
from resources.ledger.owned import Owned
from resources.ledger.sign_in_tables import identities, passwords, sign_ins
from resources.ledger.tables import insert

INVITED = "mailto:"


class SqlPasswords(Owned):
    def find(self, login: str) -> str | None:
        query = sa.select(passwords.c.hashed).where(*self._of(login))
        found: str | None = self._connection.scalar(query)
        return found

    def save(self, login: str, hashed: str, *, by: str, at: datetime) -> None:
        changing = {"hashed": hashed, "set_at": at, "set_by": by}
        statement = insert(self._connection, passwords).values(org_id=self._org_id, login=login, **changing)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "login"], set_=changing)
        )
        SqlAudit(self._connection, self._org_id, self._via).append("password.set", login, by=by, at=at)

    def renew(self, login: str, hashed: str) -> None:
        self._connection.execute(sa.update(passwords).where(*self._of(login)).values(hashed=hashed))

    def remove(self, login: str, *, by: str, at: datetime) -> bool:
        removed = self._connection.execute(sa.delete(passwords).where(*self._of(login)))
        if removed.rowcount:
            SqlAudit(self._connection, self._org_id, self._via).append(
                "password.removed", login, by=by, at=at
            )
        return removed.rowcount == 1

    def _of(self, login: str) -> tuple[sa.ColumnElement[bool], ...]:
        return passwords.c.org_id == self._org_id, passwords.c.login == login


class SqlIdentities(Owned):
    def login(self, who: Identity) -> str | None:
        known = self._login(who.issuer, who.subject)
        if known is not None or who.email is None:
            return known
        return self._login(INVITED, who.email)

    def bind(self, who: Identity, login: str, *, at: datetime) -> None:
        if self._login(who.issuer, who.subject) == login:
            return
        self._save(who.issuer, who.subject, login, at)
        self._connection.execute(
            sa.delete(identities).where(
                identities.c.org_id == self._org_id,
                identities.c.issuer == INVITED,
                identities.c.subject == (who.email or ""),
            )
        )
        audit = SqlAudit(self._connection, self._org_id, self._via)
        audit.append("identity.bound", login, by="system:oidc", at=at, detail=f"{who.issuer} {who.subject}")

    def invite(self, email: str, login: str, *, by: str, at: datetime) -> None:
        self._save(INVITED, email, login, at)
        SqlAudit(self._connection, self._org_id, self._via).append(
            "identity.invited", login, by=by, at=at, detail=email
        )

    def remove_of(self, login: str) -> int:
        removed = self._connection.execute(
            sa.delete(identities).where(identities.c.org_id == self._org_id, identities.c.login == login)
        )
        return removed.rowcount

    def _login(self, issuer: str, subject: str) -> str | None:
        query = sa.select(identities.c.login).where(
            identities.c.org_id == self._org_id,
            identities.c.issuer == issuer,
            identities.c.subject == subject,
        )
        found: str | None = self._connection.scalar(query)
        return found

    def _save(self, issuer: str, subject: str, login: str, at: datetime) -> None:
        statement = insert(self._connection, identities).values(
            org_id=self._org_id, issuer=issuer, subject=subject, login=login, since_at=at
        )
        again = {"login": login, "since_at": at}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "issuer", "subject"], set_=again)
        )


class SqlSignIns(Owned):
    def add(self, one: SignIn) -> None:
        self._own(one)
        self._connection.execute(
            sa.delete(sign_ins).where(
                sign_ins.c.org_id == self._org_id, sign_ins.c.seen_at < one.begun_at - IDLE - KEPT_FOR
            )
        )
        self._connection.execute(
            sa.insert(sign_ins).values(
                org_id=self._org_id,
                id=one.id,
                login=one.login,
                sha256=one.sha256,
                how=one.how,
                agent=one.agent,
                begun_at=one.begun_at,
                seen_at=one.seen_at,
                ended_at=one.ended_at,
                ended_by=one.ended_by,
            )
        )
        audit = SqlAudit(self._connection, self._org_id, self._via)
        audit.append("sign_in.begun", one.id, by=f"user:{one.login}", at=one.begun_at, detail=f"by {one.how}")

    def all(self, login: str | None = None) -> list[SignIn]:
        query = sa.select(sign_ins).where(sign_ins.c.org_id == self._org_id)
        if login is not None:
            query = query.where(sign_ins.c.login == login)
        newest = query.order_by(sign_ins.c.begun_at.desc(), sign_ins.c.id.desc())
        return [sign_in_of(row) for row in self._connection.execute(newest)]

    def end(self, sign_in_id: str, *, by: str, at: datetime) -> bool:
        return self._end(sign_ins.c.id == sign_in_id, by=by, at=at) == 1

    def end_of(self, login: str, *, by: str, at: datetime, but: str | None = None) -> int:
        return self._end(sign_ins.c.login == login, sign_ins.c.id != (but or ""), by=by, at=at)

    def seen(self, sign_in_id: str, *, at: datetime) -> None:
        self._connection.execute(
            sa.update(sign_ins)
            .where(sign_ins.c.org_id == self._org_id, sign_ins.c.id == sign_in_id)
            .values(seen_at=at)
        )

    def _end(self, *which: sa.ColumnElement[bool], by: str, at: datetime) -> int:
        ended = (
            sa.update(sign_ins)
            .where(sign_ins.c.org_id == self._org_id, sign_ins.c.ended_at.is_(None), *which)
            .values(ended_at=at, ended_by=by)
            .returning(sign_ins.c.id)
        )
        ids = sorted(self._connection.scalars(ended))
        audit = SqlAudit(self._connection, self._org_id, self._via)
        for one in ids:
            audit.append("sign_in.ended", one, by=by, at=at)
        return len(ids)


def sign_in_of(row: sa.Row[tuple[object, ...]]) -> SignIn:
    """A row of theirs."""
    return SignIn(
        org_id=OrgId(row.org_id),
        id=row.id,
        login=row.login,
        sha256=row.sha256,
        how=row.how,
        agent=row.agent,
        begun_at=row.begun_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
