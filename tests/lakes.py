"""Lakes for tests: one is made by the migrations, all others are copies of its catalogue, each with a folder of its own.

DuckDB's extensions are in the package index for one version only, so whatever opens a lake is played by the Python of
`.venv-lake`, which has that one and all else of `.venv`: `pytest --lake URL`.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy as sa

from resources.history.connection import open_lake
from resources.history.lake import Lake, lake_of
from resources.history.lake_tables import make_tables

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-lake" / "bin" / "python"
TEMPLATE = "lake_template"
HOW = "the tests of lakes need .venv-lake, with a DuckDB whose extensions are packages; make it with: .ci/set-up lake"


def lake_python() -> Path:
    assert PYTHON.exists(), HOW
    return PYTHON


def a_lake(server: str, name: str, folder: Path, **bucket: str) -> Lake:
    """A new lake, with tables and nothing in them.

    Args:
        server: The URL of a PostgreSQL server's database `postgres`.
        name: Of the lake's own database.
        folder: For its files, unless the rest says a bucket.
        bucket: `data`, `endpoint`, `key` and `secret`, as of `lake_of`.
    """
    lake = lake_at(server, name, folder, **bucket)
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
            with open_lake(lake_at(server, TEMPLATE, folder)) as made:
                make_tables(made)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    with psycopg.connect(_url(server, name), autocommit=True) as connection:
        connection.execute(
            "UPDATE inspect_history.ducklake_metadata SET value = %s WHERE key = 'data_path'", [lake.data]
        )
    return lake


def lake_at(server: str, name: str, folder: Path, **bucket: str) -> Lake:
    """Where one is, or may be made."""
    return lake_of(lake_address(server, name), bucket.pop("data", str(folder / "lake")), **bucket)


def lake_address(server: str, name: str) -> str:
    """As INSPECT_HISTORY says it."""
    return f"ducklake:postgres:dbname={name} user=postgres host={sa.make_url(server).query['host']}"


def drop_lakes(server: str) -> None:
    """Leave the server's databases as they were before the first one."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname IN (%s, 'in_a_bucket') OR datname LIKE 'of\\_%%'",
            [TEMPLATE],
        ).fetchall()
        for (name,) in found:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url(server: str, name: str) -> str:
    return server.replace("+psycopg", "").replace("/postgres?", f"/{name}?")
