"""What an older ledger's rows become when its schema is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from resources.ledger import schema, tables
from resources.ledger.store import SqlLedgers

AT = sa.bindparam("at", type_=tables.UtcTime())


@contextmanager
def at_version(ledgers: SqlLedgers, version: str) -> Iterator[sa.Connection]:
    """A connection to an empty ledger of that schema."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with ledgers.database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        yield connection


def tell(connection: sa.Connection, *bodies: str) -> None:
    statement = sa.text("INSERT INTO journal (kind, body, created_at) VALUES ('run', :body, :at)")
    for body in bodies:
        connection.execute(statement.bindparams(AT), {"body": body, "at": NOW})


def an_organization(connection: sa.Connection, name: str, *, is_first: bool) -> None:
    statement = sa.text(
        "INSERT INTO organizations (id, name, applied_at, is_first) VALUES (:id, '', :at, :first)"
    )
    connection.execute(statement.bindparams(AT), {"id": name, "at": NOW, "first": is_first})


def a_run_of_before(connection: sa.Connection, run_id: str) -> None:
    values: dict[str, Any] = dict.fromkeys(
        ("origin", "definition_id", "definition_kind", "reason", "requested_by"), run_id
    )
    values |= {"org_id": "default", "id": run_id, "status": "passed", "variables": "{}", "timeout_minutes": 1}
    values |= {"allow_overlap": False, "nominal_at": NOW, "requested_at": NOW}
    connection.execute(sa.insert(tables.runs).values(**values))


def owners(ledgers: SqlLedgers) -> list[tuple[str, str]]:
    ledgers.migrate()
    with ledgers.database.read() as connection:
        return [*connection.execute(sa.select(tables.journal.c.body, tables.journal.c.org_id))]


def test_facts_of_before_belong_to_the_first_organisation_of_the_home(unmade_ledgers) -> None:
    """Until 0006 a home worked for one organisation, so nothing else can have told them."""
    with at_version(unmade_ledgers(), "0006") as connection:
        an_organization(connection, "other", is_first=False)
        an_organization(connection, "acme", is_first=True)
        tell(connection, "one", "two")

    assert owners(unmade_ledgers()) == [("one", "acme"), ("two", "acme")]


@pytest.mark.parametrize("name", [None, "other"])
def test_facts_of_before_without_a_first_organisation_belong_to_the_default_one(unmade_ledgers, name) -> None:
    with at_version(unmade_ledgers(), "0006") as connection:
        if name:
            an_organization(connection, name, is_first=False)
        tell(connection, "one")

    assert owners(unmade_ledgers()) == [("one", DEFAULT_ORG)]


def test_facts_told_after_it_belong_to_whoever_tells_them_and_are_counted_on(unmade_ledgers) -> None:
    with at_version(unmade_ledgers(), "0006") as connection:
        tell(connection, "one", "two")
        connection.execute(sa.text("DELETE FROM journal"))

    ledgers = unmade_ledgers()
    with ledgers.of(OrgId("acme")).write() as session:
        seq = session.journal.append("run", {"id": 3}, at=NOW)

    assert seq == 3
    assert owners(ledgers) == [('{"id":3}', "acme")]


def test_an_older_ledger_has_the_epoch_of_its_first_run(unmade_ledgers) -> None:
    """A backup from before there were epochs must be known again as the same ledger."""
    with at_version(unmade_ledgers(), "0007") as connection:
        a_run_of_before(connection, "0190-b")
        a_run_of_before(connection, "0190-a")

    with unmade_ledgers().read() as session:
        assert session.journal.numbers().epoch == "0190-a"


def test_a_new_ledger_has_an_epoch_of_its_own(unmade_ledgers) -> None:
    with unmade_ledgers().read() as session:
        epoch = session.journal.numbers().epoch

    assert len(epoch) == 32
    with unmade_ledgers().read() as session:
        assert session.journal.numbers().epoch == epoch


@pytest.mark.parametrize(
    ("deleted", "pruned", "head"), [("seq < 0", 0, 3), ("seq <= 2", 2, 3), ("seq <= 3", 3, 3)]
)
def test_what_an_older_ledger_has_pruned_is_known(unmade_ledgers, deleted, pruned, head) -> None:
    with at_version(unmade_ledgers(), "0007") as connection:
        for body in ("one", "two", "three"):
            statement = sa.text(
                "INSERT INTO journal (org_id, kind, body, created_at) VALUES ('default', 'run', :body, :at)"
            )
            connection.execute(statement.bindparams(AT), {"body": body, "at": NOW})
        connection.execute(sa.text(f"DELETE FROM journal WHERE {deleted}"))

    with unmade_ledgers().read() as session:
        numbers = session.journal.numbers()
        assert (numbers.pruned, numbers.head) == (pruned, head)
