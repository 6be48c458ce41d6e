"""The order of a home's deeds over all organisations, where it counts: who of them was first, and the journal's numbers."""

from __future__ import annotations

import sqlalchemy as sa

ORDER_LOCK = 0x1A5BEC9  # any number, the same in all processes; not a writers' one


def one_after_the_other(connection: sa.Connection) -> None:
    """Wait until no other organisation's transaction is under way that has asked for this; until this one ends, none is.

    So a journal row never becomes visible before one with a smaller number, which the projector's watermark relies on. It is
    the only thing that organisations wait for of each other, and always taken last, so that none waits in a circle. Taken
    late, it is held shortly. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(TAKE, {"lock": ORDER_LOCK})


TAKE = sa.text("SELECT pg_advisory_xact_lock(:lock)")
