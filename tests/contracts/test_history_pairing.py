"""A PostgreSQL ledger that was restored or made anew under a history: the same promises as with a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from builders import a_run
from history_builders import Home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from resources.clock import SystemClock
from resources.history.store import DuckHistory
from resources.ledger.store import create_ledgers

EVER = datetime(2000, 1, 1, tzinfo=UTC)
Say = Callable[[str], object]


@pytest.fixture
def say(postgres_server: str) -> Iterator[Say]:
    """Says something to the server, in a database that is no ledger."""
    with psycopg.connect(postgres_server.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection.execute
        for name in ("shop", "backup"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def a_home(server: str, path: Path) -> Home:
    ledgers, clock = create_ledgers(server.replace("/postgres?", "/shop?")), SystemClock()
    return Home(path, ledgers.of(DEFAULT_ORG), ledgers, clock, DuckHistory(path, ledgers, clock))


def runs(home: Home) -> list[str]:
    return [row[0] for row in home.rows("SELECT run_id FROM automated_runs ORDER BY ALL")]


def ids(*numbers: int) -> list[str]:
    return [a_run(number).id for number in numbers]


def test_a_database_that_was_restored_skips_nothing(postgres_server: str, say: Say, tmp_path: Path) -> None:
    say("CREATE DATABASE shop")
    home = a_home(postgres_server, tmp_path)
    home.finish(1, 2)
    home.ledgers.close()
    say("CREATE DATABASE backup TEMPLATE shop")
    home.finish(3, 4)
    home.history.drain()
    home.ledgers.close()

    for again in (5, 6):
        say("DROP DATABASE shop WITH (FORCE)")
        say("CREATE DATABASE shop TEMPLATE backup")
        home = a_home(postgres_server, tmp_path)
        home.finish(again)
        assert runs(home) == ids(1, 2, 3, 4, *range(5, again + 1))
        home.ledgers.close()

    assert "the ledger is older than the run history" in home.history.remarks(since=EVER)[0]


def test_a_database_that_is_new_gets_a_history_of_its_own(
    postgres_server: str, say: Say, tmp_path: Path
) -> None:
    say("CREATE DATABASE shop")
    home = a_home(postgres_server, tmp_path)
    home.finish(1, 2)
    home.history.drain()
    home.ledgers.close()

    say("DROP DATABASE shop WITH (FORCE)")
    say("CREATE DATABASE shop")
    home = a_home(postgres_server, tmp_path)
    home.finish(3)

    assert runs(home) == ids(3)
    assert list(home.history.places.folder.glob("of-another-ledger-*.duckdb"))
    home.ledgers.close()
