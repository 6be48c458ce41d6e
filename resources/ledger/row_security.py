"""PostgreSQL's row security: a second fence between organisations, beside the `WHERE` of every statement.

It holds for a role that does not own the tables: whoever owns them (who migrates, and dumps) is not asked.
"""

from __future__ import annotations

import sqlalchemy as sa

SETTING = "inspect.org"  # of the transaction: whose rows it may see and write; unset: nobody's
EVERYBODY = "*"  # no organisation's id

MINE = f"(SELECT current_setting('{SETTING}', true))"  # asked once a statement, not once a row
OWNED = sa.text(
    "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
    "WHERE table_schema = current_schema() AND column_name = 'org_id' AND table_type = 'BASE TABLE' "
    "AND table_name NOT IN (SELECT tablename FROM pg_policies WHERE schemaname = current_schema()) ORDER BY table_name"
)
IS_OPEN = sa.text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity "
    "AND NOT row_security_active(oid)"
)

# Of pg_stat_activity a role sees only its own connections' kinds.
USED = "(SELECT sum(numbackends)::int FROM pg_stat_database)"
SERVER = sa.text(f"SELECT current_setting('server_version'), current_setting('max_connections'), {USED}")
CONNECTIONS = sa.text(
    f"SELECT {USED}, current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
)


def fence(connection: sa.Connection) -> None:
    """Fence whatever has an organisation's rows and is not fenced yet: what a migration adds need not think of it."""
    if connection.dialect.name != "postgresql":
        return
    for table in connection.scalars(OWNED).all():
        _policy(connection, table, f"{MINE} IN (org_id, '{EVERYBODY}')")
    has_policy = sa.text(
        "SELECT 1 FROM pg_policies WHERE schemaname = current_schema() AND tablename = :table"
    )
    if connection.scalar(has_policy, {"table": "organizations"}) is None:
        _policy(connection, "organizations", f"{MINE} IN (id, '{EVERYBODY}')")
        # Who is the first one decides how everybody's definitions are called.
        connection.execute(
            sa.text("CREATE POLICY first_is_known ON organizations FOR SELECT USING (is_first)")
        )


def holds(connection: sa.Connection) -> bool:
    """Whether the fence holds for whoever asks; False: their role owns the tables, or is above it."""
    open_tables: int = connection.execute(IS_OPEN).scalar_one()
    return open_tables == 0


def described(connection: sa.Connection) -> str:
    """The server in a line, and whether the fence holds."""
    server, most, used = connection.execute(SERVER).one()
    fenced = (
        "row security holds" if holds(connection) else "row security is not asked (this role owns the tables)"
    )
    return f"PostgreSQL {server}, {used} of {most} connections, {fenced}"


def connections(connection: sa.Connection) -> tuple[int, int]:
    """How many the server has, of all its databases, and how many it lets in."""
    used, most = connection.execute(CONNECTIONS).one()
    return used, most


def _policy(connection: sa.Connection, table: str, rule: str) -> None:
    connection.execute(sa.text(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'))
    connection.execute(sa.text(f'CREATE POLICY of_one_organisation ON "{table}" USING ({rule})'))
