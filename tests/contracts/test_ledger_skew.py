"""Code of an older release beside today's on one ledger: what its statements name is still there, and what they leave out may be.

That code's statements are made from the schema that it knew, column by column, as SQLAlchemy makes ours from tables.py: a
fresh clone has no older code to play.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import ledger_rows
from inspect_pipelines.domain.ids import DEFAULT_ORG
from resources.ledger import schema
from resources.ledger.store import SqlLedgers
from resources.ledger.tables import metadata

BOUND = "0038"  # the newest before the rule that a migration only adds


def of_release(ledgers: SqlLedgers, revision: str) -> sa.MetaData:
    """The tables that code of that release knew."""
    config, found = Config(), sa.MetaData()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with ledgers.database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        found.reflect(connection)
    found.remove(found.tables["alembic_version"])
    return found


def in_order(tables: sa.MetaData) -> list[sa.Table]:
    return [table for table in tables.sorted_tables if table.name in metadata.tables]


@pytest.mark.parametrize("release", [BOUND, "0048"])
def test_statements_of_an_older_release_read_and_write_todays_ledger(unmade_ledgers, release) -> None:
    old = of_release(unmade_ledgers(), release)
    ledgers = unmade_ledgers()
    ledgers.migrate()
    with ledgers.of(DEFAULT_ORG).write() as session:
        ledger_rows.fill(session)

    with ledgers.database.write() as connection:
        kept = {table.name: connection.execute(sa.select(table)).mappings().all() for table in in_order(old)}
        for table in reversed(in_order(old)):
            connection.execute(sa.delete(table))
        for table in in_order(old):
            for row in kept[table.name]:
                connection.execute(sa.insert(table).values(**row))
                is_it = [column == row[column.name] for column in table.primary_key]
                assert connection.execute(sa.update(table).where(*is_it).values(**row)).rowcount == 1

    assert sum(map(len, kept.values())) > 40
    with ledgers.database.read() as connection:
        for table in in_order(old):
            assert {*map(tuple, connection.execute(sa.select(table)))} == {
                tuple(row.values()) for row in kept[table.name]
            }
    with ledgers.of(DEFAULT_ORG).read() as session:  # and today's code reads what that code wrote
        assert session.definitions.all()
        assert session.runs.latest()
        assert session.incidents.latest()
        assert session.organizations.find().name
