"""What the variables of a run say, as statements ask for it."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import runs


def variable_of(connection: sa.Connection, name: str) -> sa.ColumnElement[str]:
    """A variable's value; NULL: the run has none of that name."""
    is_postgres = connection.dialect.name == "postgresql"
    said = sa.cast(runs.c.variables, sa.JSON) if is_postgres else sa.type_coerce(runs.c.variables, sa.JSON)
    return sa.type_coerce(said[name].as_string(), sa.Text)
