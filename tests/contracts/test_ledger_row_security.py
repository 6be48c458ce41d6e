"""The second fence between organisations: PostgreSQL gives a statement that forgot its WHERE nobody else's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from builders import a_run
from inspect_pipelines.cli import doctor
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from ledger_rows import fill
from prepared import prepared_postgres
from resources.ledger import row_security
from resources.ledger.publication_tables import publications
from resources.ledger.store import SqlLedgers, create_ledgers
from resources.ledger.tables import metadata, runs

THEIRS = OrgId("acme")
OWNED = [table for table in metadata.sorted_tables if "org_id" in table.c and table.name != "inbox"]


@pytest.fixture(scope="module")
def filled(postgres_server: str, postgres_bouncer: str) -> Iterator[SqlLedgers]:
    """Holds one organisation's rows, migrated by its owner and asked by another role."""
    prepared_postgres(postgres_server)
    ledgers = create_ledgers(postgres_bouncer)
    with ledgers.of(DEFAULT_ORG).write() as session:
        fill(session)
    with ledgers.database.write(
        of=DEFAULT_ORG
    ) as connection:  # of machines that share the ledger, and no repository's
        connection.execute(sa.insert(publications).values(org_id=DEFAULT_ORG, body="{}", sha256="a" * 64))
    yield ledgers
    ledgers.close()


def rows(connection: sa.Connection) -> dict[str, int]:
    counts = {table.name: sa.select(sa.func.count()).select_from(table) for table in OWNED}
    return {name: connection.scalar(query) or 0 for name, query in counts.items()}


def test_a_statement_without_a_where_reads_nothing_of_another_organisation(filled):
    with filled.database.read(of=DEFAULT_ORG) as ours, filled.database.read(of=THEIRS) as theirs:
        mine, found = rows(ours), rows(theirs)

    assert all(mine.values())
    assert not any(found.values())


def test_a_statement_without_a_where_changes_nothing_of_another_organisation(filled):
    with filled.database.write(of=THEIRS) as connection:
        assert connection.execute(sa.update(runs).values(reason="mine now")).rowcount == 0
        assert connection.execute(sa.delete(runs)).rowcount == 0

    with filled.of(DEFAULT_ORG).read() as session:
        assert session.runs.latest()


def test_a_row_cannot_be_written_for_another_organisation(filled):
    with (
        pytest.raises(sa.exc.ProgrammingError, match="violates row-level security policy"),
        filled.database.write(of=THEIRS) as connection,
    ):
        connection.execute(sa.insert(runs).values(org_id=DEFAULT_ORG, **a_row()))


def a_row() -> dict[str, object]:
    run = a_run(99)
    names = ("id", "origin", "definition_id", "reason", "requested_by")
    row: dict[str, object] = dict.fromkeys(names, "x")
    row |= {"definition_kind": "schedule", "status": "pending", "variables": "{}", "timeout_minutes": 1}
    return row | {"allow_overlap": False, "nominal_at": run.nominal_at, "requested_at": run.requested_at}


def test_who_says_nothing_sees_nobody(filled):
    with filled.database._engines.engine().connect() as connection:
        assert not any(rows(connection).values())


def test_duties_see_all_of_them(filled):
    with filled.database.read() as connection:
        assert all(rows(connection).values())
    with filled.read() as across:
        assert across.organizations() == [DEFAULT_ORG]


def test_every_table_with_an_organisations_rows_is_fenced(filled):
    with filled.database.read() as connection:
        fenced = set(connection.scalars(sa.text("SELECT tablename FROM pg_policies")))
        assert row_security.holds(connection)

    assert fenced >= {table.name for table in OWNED} | {"inbox", "organizations"}


def test_who_owns_the_tables_is_told_that_the_fence_does_not_hold(filled, postgres_server):
    as_owner = create_ledgers(postgres_server)

    with as_owner.database.read(of=THEIRS) as connection:
        assert not row_security.holds(connection)
    as_owner.close()


def test_doctor_tells_the_server_its_connections_and_whether_the_fence_holds(
    filled, postgres_server, postgres_bouncer, tmp_path
):
    def told(url: str) -> doctor.Check:
        return doctor.ledger(Settings(home=tmp_path, database_url=url))

    as_app, as_owner = told(postgres_bouncer), told(postgres_server)
    nobody = told("postgresql+psycopg://app@127.0.0.1:1/qa")

    assert re.fullmatch(r"PostgreSQL \d+\.\d+.*, \d+ of 100 connections, row security holds", as_app.found)
    assert as_owner.found.endswith("row security is not asked (this role owns the tables)")
    assert (as_app.is_ok, as_owner.is_ok, nobody.is_ok) == (True, True, False)
    assert "does not answer" in nobody.found
