"""A database server that goes away, takes no writes or has no room: what is stored stays, the rest is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest
import sqlalchemy as sa

from builders import a_run, a_schedule
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Unavailable
from patience import until
from postgres import APP_USER, a_server, a_standby, control, restart
from resources.ledger.postgres import ALIVE, PostgresDatabase
from resources.ledger.store import SqlLedgers


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One of its own: the suite's other one serves other tests meanwhile."""
    with a_server() as url:
        yield url


@contextmanager
def opened(url: str, patience_seconds: float = 60.0, **more: float) -> Iterator[SqlLedgers]:
    ledgers = SqlLedgers(PostgresDatabase(url, patience_seconds=patience_seconds, **more))  # type: ignore[arg-type]
    yield ledgers
    ledgers.close()


def told(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def test_who_writes_while_the_server_is_restarted_waits_and_writes_once(server: str) -> None:
    with opened(server) as ledgers:
        ledger = ledgers.of(DEFAULT_ORG)
        with ledger.write() as session:
            session.definitions.save(a_schedule(), by="user:ada", at=a_run().requested_at)
            before = session.journal.append("run", {}, at=a_run().requested_at)
        control(server, "-m", "fast", "stop")
        starting = Thread(target=control, args=(server, "restart"))
        starting.start()

        with ledger.write() as session:
            session.journal.append("run", {}, at=a_run().requested_at)

        starting.join()
        with ledgers.read() as session:
            assert len(session.journal.after(before)) == 1


def test_who_waits_for_its_turn_when_the_server_is_restarted_has_it_afterwards(server: str) -> None:
    """A run ended as lost: its transaction had not begun, and was committed over the connection that had died."""
    with opened(server, 600.0, idle_seconds=600.0) as ours, opened(server, 600.0) as theirs:
        with theirs.read() as session:
            before = session.journal.head()

        def write() -> None:
            with theirs.of(DEFAULT_ORG).write() as session:
                session.journal.append("run", {"whose": "theirs"}, at=a_run().requested_at)

        waiting = Thread(target=write)

        def is_restarted_in_ours() -> None:
            with ours.of(DEFAULT_ORG).write() as session:
                session.journal.append("run", {"whose": "ours"}, at=a_run().requested_at)
                waiting.start()
                until(lambda: _waiters(server) == 1)
                restart(server)
                session.journal.append("run", {"whose": "ours"}, at=a_run().requested_at)

        with pytest.raises(Unavailable, match="does not answer"):
            is_restarted_in_ours()

        waiting.join()
        with ours.read() as session:
            assert ["theirs" in row[2] for row in session.journal.after(before)] == [True]


def _waiters(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_transaction_that_is_cut_in_the_middle_is_told_and_has_changed_nothing(server: str) -> None:
    with opened(server) as ledgers:
        ledger = ledgers.of(DEFAULT_ORG)
        with ledgers.read() as session:
            before = session.journal.head()

        def cut() -> None:
            with ledger.write() as session:
                session.journal.append("run", {}, at=a_run().requested_at)
                restart(server)
                session.journal.append("run", {}, at=a_run().requested_at)

        with pytest.raises(Unavailable, match="does not answer"):
            cut()

        with ledgers.read() as session:
            assert session.journal.after(before) == []


def test_whoever_is_cut_off_from_the_server_notices(server: str) -> None:
    """Each of them soon: tests/engine/test_postgres_storages.py."""
    with opened(server) as ledgers, ledgers.database.read() as connection:
        told = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]

    assert {name: told[name] for name in ALIVE} == {name: str(value) for name, value in ALIVE.items()}


def test_a_writer_that_is_cut_off_in_the_middle_keeps_nobody_else_from_writing(server: str) -> None:
    """Its machine's cable was pulled between two statements: for two hours the organisation had no other writer."""
    with opened(server, idle_seconds=1.0) as its, opened(server) as ours:
        with ours.read() as session:
            before = session.journal.head()

        def stalls() -> None:
            with its.of(DEFAULT_ORG).write() as session:
                session.journal.append("run", {"whose": "its"}, at=a_run().requested_at)
                with ours.of(DEFAULT_ORG).write() as other:
                    other.journal.append("run", {"whose": "ours"}, at=a_run().requested_at)
                session.journal.append("run", {"whose": "its"}, at=a_run().requested_at)

        with pytest.raises(
            Unavailable, match="ended this transaction, which it had heard nothing of for 1 s"
        ):
            stalls()

        with ours.read() as session:
            assert ["ours" in row[2] for row in session.journal.after(before)] == [True]


def test_a_server_that_takes_no_writes_says_so_and_is_read_all_the_same(server: str) -> None:
    with opened(server) as ledgers:
        ledgers.migrate()
    told(server, "ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        with opened(server) as ledgers:
            with (
                pytest.raises(Unavailable, match=r"takes no writes now, .* nothing was changed"),
                ledgers.of(DEFAULT_ORG).write() as session,
            ):
                session.journal.append("run", {}, at=a_run().requested_at)
            with pytest.raises(Unavailable, match="takes no writes now"):
                ledgers.leases.take("x", "me", seconds=5)
            with ledgers.of(DEFAULT_ORG).read() as session:
                assert session.runs.open() == []
    finally:
        with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE postgres RESET default_transaction_read_only")


def test_a_server_without_room_is_told_and_waited_for(server: str) -> None:
    with opened(server) as ledgers:
        ledgers.migrate()
    told(server, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APP_USER}")
    told(server, f"ALTER ROLE {APP_USER} CONNECTION LIMIT 1")
    try:
        url = server.replace("postgres@/", f"{APP_USER}@/")
        with opened(url, patience_seconds=0.1) as first, opened(url, patience_seconds=0.1) as second:
            with first.read() as held:
                held.organizations()
                with pytest.raises(Unavailable, match=r"has no room: .*too many connections for role"):
                    second.migrate()
            first.close()
            until(lambda: _reads(second))
    finally:
        told(server, f"ALTER ROLE {APP_USER} CONNECTION LIMIT -1")


def test_who_writes_while_another_server_takes_over_finds_it_and_all_that_was_stored(server: str) -> None:
    """A standby that follows by streaming, the first server killed, the standby promoted; both are named in the URL."""
    with a_standby(server) as second:
        here, there = (str(sa.make_url(url).query["host"]) for url in (server, second))
        both = server.replace(f"host={here}", f"host={here},{there}&target_session_attrs=read-write")
        with opened(both) as ledgers:
            ledger = ledgers.of(DEFAULT_ORG)
            with ledger.write() as session:
                before = session.journal.append("run", {}, at=a_run().requested_at)
            with opened(second) as standby:
                until(lambda: _head(standby) == before)
                with pytest.raises(Unavailable, match="takes no writes now"):
                    standby.leases.take("x", "me", seconds=5)
            control(server, "-m", "immediate", "stop")
            promoting = Thread(target=control, args=(second, "promote"))
            promoting.start()

            with ledger.write() as session:
                after = session.journal.append("run", {}, at=a_run().requested_at)

            promoting.join()
            with ledgers.read() as session:
                assert [seq for seq, _, _ in session.journal.after(before - 1)] == [before, after]
        control(server, "restart")  # alone again, for other tests


def _head(ledgers: SqlLedgers) -> int:
    with ledgers.read() as session:
        return session.journal.head()


def _reads(ledgers: SqlLedgers) -> bool:
    try:
        with ledgers.read() as session:
            return session.organizations() == [] or True
    except Unavailable:  # the server has not heard yet that the other one is gone
        return False
