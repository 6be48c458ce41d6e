"""No organisation finds or changes another one's rows, by whatever method of whatever repository, in every ledger.

The methods are found by looking: one that `ledger_rows` does not know how to ask fails here, so that nobody forgets it.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

import ledger_rows
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.organizations import WrongOrganization
from resources.ledger import (
    event_tables,
    journal_tables,
    lease_tables,
    presence_tables,
    publication_tables,
    rate_tables,
)
from resources.ledger.store import SqlLedgers, SqlSession
from resources.ledger.tables import metadata

THEIRS = OrgId("acme")
ASKED = {**ledger_rows.VALUES, **ledger_rows.NAMES, **ledger_rows.OWN}
KEPT_ELSEWHERE = {
    event_tables.inbox.name,
    journal_tables.journal_numbers.name,
    lease_tables.leases.name,
    rate_tables.rates.name,
    presence_tables.presences.name,
    presence_tables.needs.name,
    publication_tables.publications.name,
}  # the inbox's, and of all together
OF_THE_HOME = "fence"  # asks who of the machines does something, whosever rows it is about


class Enough(Exception):
    """Rolls a transaction back."""


@pytest.fixture(scope="module")
def filled(module_ledgers: SqlLedgers) -> SqlLedgers:
    """Holds one organisation's rows, in every table."""
    with module_ledgers.of(DEFAULT_ORG).write() as session:
        ledger_rows.fill(session)
        ledger_rows.grow_old(session)
        died = ledger_rows.RETRY.concluded(RunStatus.ERROR, "its worker died", now=ledger_rows.LATER)
        assert session.runs.conclude(died)
    return module_ledgers


def rows(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """By table, all that is the first organisation's."""
    found = {}
    for table in metadata.sorted_tables:
        if table.name not in KEPT_ELSEWHERE:
            owner = table.c.id if table.name == "organizations" else table.c.org_id
            query = sa.select(table).where(owner == DEFAULT_ORG).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


@dataclass(frozen=True)
class Answer:
    found: Any
    refusal: Exception | None
    has_changed: bool  # a row of the first organisation


def ask(ledgers: SqlLedgers, org_id: OrgId, method: str) -> Answer:
    """Ask it in a session of this organisation, and leave everything as it was."""
    found, refusal, has_changed = None, None, False
    with suppress(Enough), ledgers.database.write() as connection:
        session, before = SqlSession(connection, org_id), rows(connection)
        try:
            found = ASKED[method](getattr(session, method.partition(".")[0]))
        except (WrongOrganization, NotFound) as error:
            refusal = error
        has_changed = rows(connection) != before
        raise Enough
    return Answer(found, refusal, has_changed)


def methods() -> list[str]:
    """`repository.method`, every one that a session offers."""
    session = SqlSession(None, THEIRS)  # type: ignore[arg-type]  # nothing is asked of it
    return [
        f"{name}.{method}"
        for name, repository in vars(session).items()
        if name != OF_THE_HOME
        for method, _ in inspect.getmembers(repository, inspect.ismethod)
        if not method.startswith("_")
    ]


def test_every_method_of_every_repository_is_asked() -> None:
    assert sorted(ASKED) == sorted(methods()), "tell tests/ledger_rows.py how to ask it"


def test_every_table_holds_a_row_of_the_organisation(filled: SqlLedgers) -> None:
    with filled.database.read() as connection:
        empty = [name for name, found in rows(connection).items() if not found]

    assert not empty


@pytest.mark.parametrize("method", ASKED)
def test_the_organisation_itself_finds_or_changes_something(filled: SqlLedgers, method: str) -> None:
    """Otherwise the next test would ask for what nobody finds, and prove nothing."""
    answer = ask(filled, DEFAULT_ORG, method)

    assert answer.refusal is None
    assert answer.found or answer.has_changed


@pytest.mark.parametrize("method", ASKED)
def test_another_organisation_finds_nothing_and_changes_nothing(filled: SqlLedgers, method: str) -> None:
    answer = ask(filled, THEIRS, method)

    assert not answer.has_changed
    if method in ledger_rows.VALUES:
        assert isinstance(answer.refusal, WrongOrganization)
    elif method in ledger_rows.NAMES:
        assert not answer.found
        assert not isinstance(answer.refusal, WrongOrganization)
    else:
        assert answer.refusal is None


def test_what_organization_yaml_says_is_asked_of_ones_own(filled: SqlLedgers) -> None:
    with filled.of(THEIRS).read() as session:
        assert session.organizations.find() == Organization(THEIRS)
        assert session.organizations.naming() == Naming(THEIRS, is_first=False)
