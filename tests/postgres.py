"""A real PostgreSQL server for tests: made in a folder of its own, on a unix socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = (
    "the ledger's contract suite needs PostgreSQL's server programs (initdb, pg_ctl); "
    "install them with: apt-get install postgresql"
)
SERVER_USER = "postgres"  # Debian's package makes it; the server refuses to run as root


@contextmanager
def a_server() -> Iterator[str]:
    """Start a server and yield the URL of its database `postgres`."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 characters
    data = folder / "data"
    try:
        if os.geteuid() == 0:
            account = _account()
            os.chown(folder, account.pw_uid, account.pw_gid)
        _as_server(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        _as_server(pg_ctl, "-D", data, "-l", folder / "log", "-w", "-o", settings, "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _as_server(pg_ctl, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    candidates = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    found = [candidate for candidate in candidates if candidate]
    assert found, INSTALL
    return found[-1]


def _account() -> pwd.struct_passwd:
    names = [account.pw_name for account in pwd.getpwall()]
    assert SERVER_USER in names, INSTALL
    return pwd.getpwnam(SERVER_USER)


def _as_server(*argv: str | Path) -> None:
    as_root = os.geteuid() == 0
    account = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if as_root else {}
    done = subprocess.run(
        [str(word) for word in argv],
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **account,
    )
    assert done.returncode == 0, done.stdout
