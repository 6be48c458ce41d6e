from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from postgres import a_bouncer, a_server, new_schema
from prepared import prepare, prepared_postgres
from resources.inbox.store import SqlInbox, create_inbox
from resources.ledger.store import SqlLedger, SqlLedgers, create_ledgers

OpenLedgers = Callable[[], SqlLedgers]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with a_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_bouncer(postgres_server: str) -> Iterator[str]:
    """The same database through PgBouncer: what holds here holds without it, too, and not the other way round."""
    with a_bouncer(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def new_ledgers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLedgers]:
    """Opens one more object over the same database, as another process would; it is migrated and empty."""
    yield from _opening(_a_migrated_database(request, tmp_path))


@pytest.fixture(params=["sqlite", "postgres"])
def unmade_ledgers(request: pytest.FixtureRequest, tmp_path: Path, unprepared: None) -> Iterator[OpenLedgers]:
    """The same over a database in which nothing is yet."""
    yield from _opening(tmp_path / "ledger.db" if request.param == "sqlite" else _an_unmade_database(request))


def _opening(where: Path | str) -> Iterator[OpenLedgers]:
    opened: list[SqlLedgers] = []

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
    ledgers = create_ledgers(_a_migrated_database(request, tmp_path_factory.mktemp("ledger")))
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
    where = tmp_path / "inbox.db" if is_sqlite else request.getfixturevalue("postgres_bouncer")

    def open_one() -> SqlInbox:
        opened.append(create_inbox(where, new_ledgers()))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def inbox(new_inbox: Callable[[], SqlInbox]) -> SqlInbox:
    return new_inbox()


def _a_migrated_database(request: pytest.FixtureRequest, folder: Path) -> Path | str:
    if request.param == "sqlite":
        prepare(folder)
        return folder / "ledger.db"
    prepared_postgres(request.getfixturevalue("postgres_server"))
    bouncer: str = request.getfixturevalue("postgres_bouncer")
    return bouncer


def _an_unmade_database(request: pytest.FixtureRequest) -> str:
    new_schema(request.getfixturevalue("postgres_server"))
    bouncer: str = request.getfixturevalue("postgres_bouncer")
    return bouncer
