"""Dagster's own storage in PostgreSQL, where several machines share it: one setting, which dagster.yaml only refers to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec

import sqlalchemy as sa

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import SetupMissing, Unavailable, UsageError

VARIABLE = "INSPECT_DAGSTER_DATABASE_URL"
DRIVER = "postgresql+psycopg2"  # dagster-postgres reads this driver's error codes; it prepares nothing, as PgBouncer wants it
HOW_TO_WRITE_IT = f"write it as '{DRIVER}://user:password@host:5432/name', or unset it to use SQLite"
FIRST_USE_LOCK = 0x1A5BEC8  # any number, the same on all machines

DESCRIBE = """
SELECT current_setting('server_version') AS version,
       (SELECT sum(numbackends)::int FROM pg_stat_database) AS used,
       current_setting('max_connections') AS most,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
       coalesce(pg_total_relation_size(to_regclass('event_logs')), 0) AS size,
       (SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('event_logs')) AS about
"""
COUNT = "SELECT count(*) FROM event_logs"


@dataclass(frozen=True, slots=True)
class DagsterServer:
    """What holds Dagster's storage, for whoever looks after it."""

    version: str
    used: int  # connections, of all its databases
    most: int  # connections
    room: int  # how many of those are let in but for its superuser
    size_bytes: int  # of the events of runs, with their indexes
    events: int  # about, where there are many: what the server's own statistics say


def dagster_database(settings: Settings) -> str | None:
    """The URL of Dagster's database; None: SQLite in the home.

    Raises:
        UsageError: It is none that works, or the ledger's: both have a table that says of which version they are.
        SetupMissing: What Dagster needs for it is not installed.
    """
    if settings.dagster_database_url is None:
        return None
    text = settings.dagster_database_url.get_secret_value()
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise UsageError(f"{VARIABLE} is not a database URL; {HOW_TO_WRITE_IT}") from error
    if url.drivername != DRIVER:
        raise UsageError(f"{VARIABLE} names {url.drivername!r}; {HOW_TO_WRITE_IT}")
    if settings.database_url and _place(url) == _place(sa.make_url(settings.database_url.get_secret_value())):
        raise UsageError(
            f"{VARIABLE} names the ledger's own database {url.database!r}; make another one on the same server, such as "
            f"'dagster', and name it there: CREATE DATABASE dagster"
        )
    if find_spec("dagster_postgres") is None:
        raise SetupMissing(
            f"{VARIABLE} needs the package dagster-postgres, which is not installed; "
            "get it with: pip install 'inspect-pipelines[postgres]'"
        )
    return text


def storages() -> dict[str, object]:
    """Dagster's three storages as dagster.yaml has them; without the password, which each process reads by itself."""
    config = {"postgres_url": {"env": VARIABLE}}
    return {
        f"{name}_storage": {
            "module": "inspect_pipelines.engine.postgres_storages",
            "class": f"InspectPostgres{kind}Storage",
            "config": config,
        }
        for name, kind in (("run", "Run"), ("schedule", "Schedule"), ("event_log", "EventLog"))
    }


def mark(url: str) -> str:
    """What a home notes of a database in which Dagster's tables are made; nobody reads the URL out of it."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def described(url: str) -> str:
    """The server that answers, in a line: product, version, connections, how large the event log is.

    Raises:
        Unavailable: It does not.
    """
    found = server(url)
    return (
        f"PostgreSQL {found.version}, {found.used} of {found.most} connections used, "
        f"events of runs take {found.size_bytes / 1e6:.1f} MB"
    )


def server(url: str) -> DagsterServer:
    """Ask it.

    Raises:
        Unavailable: It does not.
    """
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            row = connection.execute(sa.text(DESCRIBE)).one()
            events = row.about or 0
            if events < 0:  # nothing has counted them yet, so they are few
                events = connection.execute(sa.text(COUNT)).scalar_one()
    except sa.exc.DatabaseError as error:
        shown = engine.url.render_as_string(hide_password=True)
        why = str(error.orig).strip().partition("\n")[0]
        raise Unavailable(
            f"Dagster's database {shown!r} does not answer: {why}; check {VARIABLE} and that the server runs"
        ) from error
    return DagsterServer(row.version, row.used, int(row.most), row.room, row.size, events)


def _place(url: sa.URL) -> tuple[object, ...]:
    return url.host, url.port or 5432, url.database, tuple(sorted(url.query.items()))
