"""Dagster's databases in INSPECT_HOME/dagster: made once, by one process, and mended where two have made them.

Dagster makes a database when it first opens it, without a lock: two processes that do so at once stamp it with two
revisions, and then no process can open it ever again. So whoever is about to start a process with Dagster in it calls
`ensure_storages` before.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.engine.instance import ensure_instance, is_ours, refused
from inspect_pipelines.errors import Unavailable
from resources.disk.lock import take_lock

DATABASES = (Path("schedules/schedules.db"), Path("history/runs.db"), Path("history/runs/index.db"))
MADE_ELSEWHERE = (
    ".storages-are-made"  # beside databases that are not files of ours: a server's, or a person's own
)


def ensure_storages(home: Path) -> Path:
    """INSPECT_HOME set up and Dagster's databases in it whole; returns DAGSTER_HOME.

    The first call in a home takes two seconds, for a child process that opens them; others wait for it meanwhile.

    Raises:
        UsageError: The home is a file, or lies where it cannot be made.
        Unavailable: The databases cannot be made, or the disk refused.
    """
    dagster_home = ensure_instance(home)
    if Settings().dagster_url or _are_made(dagster_home):  # who runs Dagster elsewhere has its databases, too
        return dagster_home
    try:
        lock = take_lock(home / "run" / "first-use.lock", waits=True)
    except OSError as error:
        raise refused(home, error) from error
    assert lock is not None  # it waits
    try:
        if not _are_made(dagster_home):
            _make(dagster_home)
    finally:
        os.close(lock)
    return dagster_home


def stamps(database: Path) -> tuple[str, ...]:
    """The revisions that a database is stamped with: one, none when it is not made yet, two when it is spoilt.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    if not database.exists():
        return ()
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall() if known else []
    return tuple(revision for (revision,) in found)


def spoilt(dagster_home: Path) -> list[Path]:
    """The databases that two processes made at once, so that Dagster opens them no more.

    Raises:
        sqlite3.Error: One cannot be read.
    """
    return [path for name in DATABASES if len(stamps(path := dagster_home / name)) > 1]


def mend(database: Path) -> str:
    """Leave a spoilt database its newest stamp, and return it.

    The tables are those of that revision whoever stamped it: both processes made them from the same Dagster.
    """
    from alembic.script import ScriptDirectory
    from dagster._core.storage.sql import ALEMBIC_SCRIPTS_LOCATION

    scripts = ScriptDirectory(_folder_of(ALEMBIC_SCRIPTS_LOCATION))
    newest_first = [script.revision for script in scripts.walk_revisions()]
    found = stamps(database)
    newest = min(found, key=lambda one: newest_first.index(one) if one in newest_first else -1)
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("DELETE FROM alembic_version WHERE version_num <> ?", [newest])
    return newest


def _folder_of(location: str) -> str:
    """Alembic's `package:folder` as a path."""
    from importlib.resources import files

    package, _, folder = location.partition(":")
    return str(files(package).joinpath(folder))


def _are_made(dagster_home: Path) -> bool:
    made = dagster_home / MADE_ELSEWHERE
    if not is_ours(dagster_home):
        return made.exists()
    if url := Settings().dagster_database_url:
        from inspect_pipelines.engine.dagster_database import mark

        return made.exists() and made.read_text(encoding="ascii") == mark(url.get_secret_value())
    try:
        return all(stamps(dagster_home / name) for name in DATABASES)
    except sqlite3.Error:
        return False  # the child says what is wrong with it


def _make(dagster_home: Path) -> None:
    """Open everything once in a process of its own: `up` and the command line must not load Dagster."""
    done = subprocess.run(
        [sys.executable, "-m", "inspect_pipelines.engine.storages", str(dagster_home)],
        env=child_environment(DAGSTER_HOME=str(dagster_home), INSPECT_HOME=str(dagster_home.parent)),
        cwd=dagster_home.parent
        / "run",  # the folder that we were called in may hold packages named like ours
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise Unavailable(
            f"Dagster's databases in {str(dagster_home)!r} cannot be opened: {last}; "
            "see what is wrong with: inspect-pipelines doctor"
        )
    url = Settings().dagster_database_url
    if not is_ours(dagster_home):
        (dagster_home / MADE_ELSEWHERE).touch()
    elif url is not None:
        from inspect_pipelines.engine.dagster_database import mark

        (dagster_home / MADE_ELSEWHERE).write_text(mark(url.get_secret_value()), encoding="ascii")


def main(argv: Sequence[str]) -> None:
    """Open each storage of an instance, which makes it."""
    import dagster as dg

    try:
        with _alone(), dg.DagsterInstance.from_config(argv[0]) as instance:
            instance.get_runs_count()
            instance.all_instigator_state()
            instance.get_asset_keys()
    except Exception as error:  # noqa: BLE001 the top of a process: its parent shows the last line that it says
        sys.exit(str(error).partition("\n")[0] or type(error).__name__)


@contextmanager
def _alone() -> Iterator[None]:
    """As the only one of all machines that share Dagster's database; one transaction, so that PgBouncer may be between."""
    url = Settings().dagster_database_url
    if url is None:
        yield
        return
    import sqlalchemy as sa

    from inspect_pipelines.engine.dagster_database import FIRST_USE_LOCK

    engine = sa.create_engine(url.get_secret_value(), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": FIRST_USE_LOCK})
        yield


if __name__ == "__main__":
    main(sys.argv[1:])
