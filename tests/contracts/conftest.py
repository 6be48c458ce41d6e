from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from postgres import a_server
from resources.inbox.store import SqlInbox, create_inbox
from resources.ledger.store import SqlLedger, SqlLedgers, create_ledgers

OpenLedgers = Callable[[], SqlLedgers]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with a_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def new_ledgers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLedgers]:
    """Opens one more object over the same empty database, as another process would."""
    opened: list[SqlLedgers] = []
    where = tmp_path / "ledger.db" if request.param == "sqlite" else _an_empty_database(request)

    def open_one() -> SqlLedgers:
        opened.append(create_ledgers(where))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def module_ledgers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlLedgers]:
    """Over one empty database for all tests of a module, which leave it as the first one filled it."""
    is_file = request.param == "sqlite"
    ledgers = create_ledgers(
        tmp_path_factory.mktemp("ledger") / "ledger.db" if is_file else _an_empty_database(request)
    )
    yield ledgers
    ledgers.close()


@pytest.fixture
def ledgers(new_ledgers: OpenLedgers) -> SqlLedgers:
    return new_ledgers()


@pytest.fixture
def ledger(ledgers: SqlLedgers) -> SqlLedger:
    return ledgers.of(DEFAULT_ORG)


@pytest.fixture
def theirs(ledgers: SqlLedgers) -> SqlLedger:
    """Another organisation's, in the same database."""
    return ledgers.of(OrgId("acme"))


@pytest.fixture
def new_inbox(
    new_ledgers: OpenLedgers, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], SqlInbox]]:
    """Opens one more inbox object over the same database, as another process would."""
    opened: list[SqlInbox] = []
    is_sqlite = request.node.callspec.params["new_ledgers"] == "sqlite"
    where = tmp_path / "inbox.db" if is_sqlite else request.getfixturevalue("postgres_server")

    def open_one() -> SqlInbox:
        opened.append(create_inbox(where, new_ledgers()))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def inbox(new_inbox: Callable[[], SqlInbox]) -> SqlInbox:
    return new_inbox()


def _an_empty_database(request: pytest.FixtureRequest) -> str:
    server: str = request.getfixturevalue("postgres_server")
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")  # a database of its own would take 0.3 s a test
        connection.execute("CREATE SCHEMA public")
    return server
