"""Leases in the ledger: one statement each, decided by the database and timed by its clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from inspect_pipelines.errors import Overtaken
from inspect_pipelines.ports.leases import Lease, Standing
from resources.ledger.lease_tables import leases
from resources.ledger.tables import insert

if TYPE_CHECKING:
    from resources.ledger.store import SqlLedgers


class Now(FunctionElement[float]):
    """Seconds since 1970, now and not at the transaction's beginning."""

    type = sa.Double()
    inherit_cache = True


@compiles(Now, "sqlite")
def _in_sqlite(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def _in_postgres(*_: Any, **__: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


# A ledger that is restored gives its tokens a second time, if it only counts: so each is a time, too, in milliseconds.
TOKEN_OF_NOW = sa.cast(sa.func.round(Now() * 1000), sa.BigInteger)


class SqlLeases:
    """`ports.Leases` over a ledger's database."""

    def __init__(self, ledgers: SqlLedgers) -> None:
        self._ledgers = ledgers

    def take(self, name: str, holder: str, *, seconds: float) -> Lease | None:
        with self._ledgers.together() as connection:
            first = insert(connection, leases).values(
                name=name, holder=holder, token=TOKEN_OF_NOW, ends_at=Now() + seconds
            )
            larger = sa.case(
                (leases.c.token < first.excluded.token, first.excluded.token), else_=leases.c.token + 1
            )
            statement = first.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": holder, "token": larger, "ends_at": first.excluded.ends_at},
                where=leases.c.ends_at <= Now(),
            )
            token: int | None = connection.scalar(statement.returning(leases.c.token))
        return None if token is None else Lease(name, holder, token)

    def renew(self, lease: Lease, *, seconds: float) -> bool:
        with self._ledgers.together() as connection:
            statement = sa.update(leases).where(*_is(lease)).values(ends_at=Now() + seconds)
            return connection.execute(statement).rowcount == 1

    def release(self, lease: Lease) -> None:
        with self._ledgers.together() as connection:
            connection.execute(sa.update(leases).where(*_is(lease)).values(ends_at=0.0))

    def holder(self, name: str) -> str | None:
        query = sa.select(leases.c.holder).where(leases.c.name == name, leases.c.ends_at > Now())
        with self._ledgers.looking() as connection:
            found: str | None = connection.scalar(query)
        return found

    def standing(self, name: str) -> Standing | None:
        columns = leases.c.holder, leases.c.ends_at, (leases.c.ends_at - Now()).label("left")
        with self._ledgers.looking() as connection:
            row = connection.execute(sa.select(*columns).where(leases.c.name == name)).one_or_none()
        return None if row is None else Standing(row.holder, row.left, is_released=row.ends_at == 0)

    def overtake(self, name: str, seen: Standing | None) -> bool:
        nobody = {"token": TOKEN_OF_NOW, "ends_at": 0.0}
        with self._ledgers.together() as connection:
            if seen is None:
                row = insert(connection, leases).values(name=name, holder="", **nobody)
                made = row.on_conflict_do_nothing().returning(leases.c.token)
                return connection.scalar(made) is not None
            is_held = seen.left > 0  # by a holder of whom it is known otherwise that it died
            taken = sa.update(leases).where(
                leases.c.name == name,
                leases.c.holder == seen.holder,
                sa.true() if is_held else leases.c.ends_at <= Now(),
            )
            later = sa.case((leases.c.token < TOKEN_OF_NOW, TOKEN_OF_NOW), else_=leases.c.token + 1)
            return connection.execute(taken.values(token=later, ends_at=0.0)).rowcount == 1

    def forget(self, beginning: str, *, over_for: float) -> None:
        with self._ledgers.together() as connection:
            connection.execute(
                sa.delete(leases).where(
                    leases.c.name.startswith(beginning, autoescape=True),
                    leases.c.ends_at < Now() - over_for,
                    leases.c.token < TOKEN_OF_NOW - sa.cast(over_for * 1000, sa.BigInteger),
                )
            )


class SqlFence:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def now(self, here: datetime) -> datetime:
        if self._connection.dialect.name != "postgresql":
            return here
        return datetime.fromtimestamp(self._connection.execute(sa.select(Now())).scalar_one(), UTC)

    def guard(self, lease: Lease) -> None:
        # Shared, so that its holder may guard several transactions at once; whoever would take it waits for all of them.
        query = sa.select(leases.c.holder).where(*_is(lease)).with_for_update(read=True)
        if self._connection.scalar(query) is None:
            raise Overtaken(
                f"{lease.name!r} is no longer held by {lease.holder!r}: it did not show up for longer than its lease, and "
                "another one has taken over; nothing was changed, and what is left to do is that one's"
            )


def _is(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return leases.c.name == lease.name, leases.c.token == lease.token
