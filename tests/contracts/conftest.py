from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from postgres import a_server
from resources.inbox.store import SqlInbox, create_inbox
from resources.ledger.store import SqlLedger, create_ledger

OpenLedger = Callable[[], SqlLedger]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with a_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def new_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLedger]:
    """Opens one more ledger object over the same empty database, as another process would."""
    opened: list[SqlLedger] = []
    where = tmp_path / "ledger.db" if request.param == "sqlite" else _an_empty_database(request)

    def open_one() -> SqlLedger:
        opened.append(create_ledger(where))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def ledger(new_ledger: OpenLedger) -> SqlLedger:
    return new_ledger()


@pytest.fixture
def new_inbox(
    new_ledger: OpenLedger, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], SqlInbox]]:
    """Opens one more inbox object over the same database, as another process would."""
    opened: list[SqlInbox] = []
    is_sqlite = request.node.callspec.params["new_ledger"] == "sqlite"
    where = tmp_path / "inbox.db" if is_sqlite else request.getfixturevalue("postgres_server")

    def open_one() -> SqlInbox:
        opened.append(create_inbox(where, new_ledger()))
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
