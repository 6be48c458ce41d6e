"""A real PostgreSQL server for tests, and a real PgBouncer before it: made in folders of their own, on unix sockets, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from patience import until

INSTALL = (
    "the ledger's contract suite needs PostgreSQL's server programs (initdb, pg_ctl) and PgBouncer; "
    "install them with: apt-get install postgresql pgbouncer"
)
APP_USER = "app"  # who comes through PgBouncer: it owns nothing that is migrated before it comes
SERVER_USER = "postgres"  # Debian's package makes it; the server refuses to run as root


@contextmanager
def a_server(*, is_durable: bool = False) -> Iterator[str]:
    """Start a server and yield the URL of its database `postgres`; a durable one waits for the disk at each commit."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 characters
    data = folder / "data"
    try:
        _account_of_server(folder)
        _as_server(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync={'on' if is_durable else 'off'}"
        _as_server(pg_ctl, "-D", data, "-l", folder / "log", "-w", "-o", settings, "start")
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(f"CREATE ROLE {APP_USER} LOGIN")
                for kind in ("TABLES", "SEQUENCES"):
                    connection.execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON {kind} TO {APP_USER}")
            new_schema(url)
            yield url
        finally:
            _as_server(pg_ctl, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def restart(url: str) -> None:
    """Stop such a server, whatever goes on in it, and start it again as it was."""
    control(url, "-m", "fast", "restart")


def control(url: str, *words: str) -> None:
    """What pg_ctl does with such a server: `stop`; `restart`, which starts one that is stopped, too."""
    data = Path(str(sa.make_url(url).query["host"])) / "data"
    _as_server(_program("pg_ctl"), "-D", data, "-l", data.parent / "log", "-w", *words)


@contextmanager
def a_standby(url: str) -> Iterator[str]:
    """A second server that follows that one, until `control(.., "promote")`; the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="pgs-"))
    data = folder / "data"
    try:
        _account_of_server(folder)
        first = str(sa.make_url(url).query["host"])
        copy = ("-D", data, "-h", first, "-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        _as_server(_program("pg_basebackup"), *copy)
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        _as_server(_program("pg_ctl"), "-D", data, "-l", folder / "log", "-w", "-o", settings, "start")
        try:
            yield url.replace(first, str(folder))
        finally:
            _as_server(_program("pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def new_schema(url: str) -> None:
    """Leave the database as a new one is, in which the application's role may make tables of its own, too."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")  # a database of its own would take 0.3 s a test
        connection.execute("CREATE SCHEMA public")
        connection.execute(f"GRANT ALL ON SCHEMA public TO {APP_USER}")


# As strict as it can be: no two transactions of a client on the same server, so that what a session keeps is lost.
BOUNCER = """
[databases]
postgres = host={server} user={user}
[pgbouncer]
pool_mode = transaction
server_round_robin = 1
listen_addr =
unix_socket_dir = {folder}
auth_type = any
max_client_conn = 500
logfile = {folder}/log
"""
BOUNCER_PORT = 6432  # of the socket's name; nobody listens on the network


@contextmanager
def a_bouncer(url: str) -> Iterator[str]:
    """Start a PgBouncer in transaction mode before that server, and yield the URL of the same database through it."""
    program = _program("pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="pgb-"))
    try:
        (folder / "ini").write_text(
            BOUNCER.format(server=sa.make_url(url).query["host"], folder=folder, user=APP_USER),
            encoding="utf-8",
        )
        account = _account_of_server(folder)
        bouncer = subprocess.Popen([program, "-q", str(folder / "ini")], cwd="/", **account)
        try:
            until((folder / f".s.PGSQL.{BOUNCER_PORT}").is_socket)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}&port={BOUNCER_PORT}"
        finally:
            bouncer.kill()
            bouncer.wait()
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    places = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), Path("/usr/sbin", name)]
    candidates = [shutil.which(name), *(str(place) for place in places if place.exists())]
    found = [candidate for candidate in candidates if candidate]
    assert found, INSTALL
    return found[-1]


def _account_of_server(folder: Path | None = None) -> dict[str, Any]:
    """Under whom a server's process runs, as arguments of subprocess; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    names = [account.pw_name for account in pwd.getpwall()]
    assert SERVER_USER in names, INSTALL
    if folder is not None:
        account = pwd.getpwnam(SERVER_USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []}


def _as_server(*argv: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in argv],
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **_account_of_server(),
    )
    assert done.returncode == 0, done.stdout
