"""Presences in the ledger: a row a part, timed by the database's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from inspect_pipelines.domain.presence import Presence
from resources.ledger.leases import Now
from resources.ledger.presence_tables import presences
from resources.ledger.tables import insert

if TYPE_CHECKING:
    from resources.ledger.store import SqlLedgers

FORGOTTEN_SECONDS = 24 * 3600.0
KEY = ("host", "part", "place")


class SqlPresences:
    """`ports.Presences` over a ledger's database."""

    def __init__(self, ledgers: SqlLedgers) -> None:
        self._ledgers = ledgers

    def tell(self, one: Presence, here: Callable[[], float]) -> None:
        with self._ledgers.together() as connection:
            off, bound = _measured(connection, here)
            said = asdict(one) | {"clock_off": off, "clock_bound": bound, "told_at": Now()}
            del said["seconds_ago"]
            connection.execute(sa.delete(presences).where(presences.c.told_at < Now() - FORGOTTEN_SECONDS))
            first = insert(connection, presences).values(**said)
            again = {name: first.excluded[name] for name in said if name not in KEY}
            connection.execute(first.on_conflict_do_update(index_elements=KEY, set_=again))

    def leave(self, one: Presence) -> None:
        is_it = (presences.c[name] == getattr(one, name) for name in KEY)
        with self._ledgers.together() as connection:
            connection.execute(sa.delete(presences).where(*is_it))

    def told(self) -> list[Presence]:
        ago = (Now() - presences.c.told_at).label("seconds_ago")
        columns = [column for column in presences.c if column.name != "told_at"]
        query = (
            sa.select(*columns, ago)
            .where(presences.c.told_at >= Now() - FORGOTTEN_SECONDS)
            .order_by(presences.c.part, presences.c.host, presences.c.place)
        )
        with self._ledgers.looking() as connection:
            return [Presence(**row) for row in connection.execute(query).mappings()]


def _measured(connection: sa.Connection, here: Callable[[], float]) -> tuple[float, float]:
    """How far a clock is before the database's, and how wrong that may be: the answer was made between asking and hearing."""
    before = here()
    theirs: float = connection.execute(sa.select(Now())).scalar_one()
    after = here()
    return (before + after) / 2 - theirs, abs(after - before) / 2
