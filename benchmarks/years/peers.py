"""The same questions of the same rows in SQLite, PostgreSQL and Parquet files behind DuckDB views, each with the indexes it wants.

Peers hold the columns that are asked about and not one more, so that their sizes are the smallest they can have.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from benchmarks import report
from resources.history.connection import quoted

RUNS = "run_seq, run_id, definition_id, playbook_id, status, requested_at, completed_at, duration_ms, reason"
COMPARISONS = (
    "run_seq, definition_id, view, score_method, score, tolerance_score, passed, is_flaky, compared_at"
)
TESTS = Path(__file__).parents[2] / "tests"
TABLES = {"automated_runs": RUNS, "comparisons": COMPARISONS}
INDEXES = (
    "CREATE INDEX a ON automated_runs (requested_at, run_id)",
    "CREATE INDEX b ON automated_runs (definition_id, requested_at)",
    "CREATE INDEX c ON automated_runs (run_id)",
    "CREATE INDEX d ON comparisons (run_seq)",
    "CREATE INDEX e ON comparisons (definition_id, compared_at)",
)
COLUMNS = {
    "run_seq": "BIGINT", "duration_ms": "BIGINT", "requested_at": "BIGINT", "completed_at": "BIGINT",
    "compared_at": "BIGINT", "score": "DOUBLE PRECISION", "tolerance_score": "DOUBLE PRECISION",
    "passed": "INTEGER", "is_flaky": "INTEGER",
}  # fmt: skip
# times are epoch microseconds and truths are 0 or 1 everywhere, so that one statement is right for all
QUESTIONS = {
    "page_newest": "SELECT * FROM automated_runs ORDER BY requested_at DESC, run_id DESC LIMIT 51",
    "page_definition": "SELECT * FROM automated_runs WHERE definition_id = 'watch-17' ORDER BY requested_at DESC, run_id DESC LIMIT 51",
    "run_detail": "SELECT * FROM comparisons WHERE run_seq = (SELECT run_seq FROM automated_runs WHERE run_id = '{run_id}')",
    "last_runs": "SELECT definition_id, max(requested_at) FROM automated_runs GROUP BY definition_id",
    "pass_rate_90_days": "SELECT completed_at / 86400000000, count(*), sum(CASE WHEN status = 'passed' THEN 1 ELSE 0 END) FROM automated_runs "
    "WHERE definition_id = 'watch-17' AND requested_at > {days_90} GROUP BY 1",
    "flakiest_30_days": "SELECT definition_id, view, count(*), sum(is_flaky) FROM comparisons WHERE compared_at > {days_30} "
    "GROUP BY 1, 2 HAVING sum(is_flaky) > 0 ORDER BY 4 DESC LIMIT 20",
    "durations_90_days": "SELECT playbook_id, count(*), {p95} FROM automated_runs WHERE requested_at > {days_90} GROUP BY 1 ORDER BY 3 DESC LIMIT 50",
    "trend_90_days": "SELECT view, score_method, compared_at / 86400000000, avg(score), max(score) FROM comparisons "
    "WHERE definition_id = 'watch-17' AND compared_at > {days_90} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
}
P95 = "quantile_cont(duration_ms, 0.95)"
P95_OF_POSTGRES = "percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms)"
Asks = Callable[[str], object]


def ask_peers(live: Path, *, rounds: int) -> dict[str, float]:
    """p95 of each question of each peer, and their sizes, over the rows of a generated file."""
    with tempfile.TemporaryDirectory(prefix="peers-", dir=live.parent) as name, duckdb.connect() as source:
        source.execute(f"ATTACH '{quoted(live)}' AS live (READ_ONLY)")
        source.execute("USE live")
        folder, given = Path(name), _given(source)
        return {
            **_parquet(source, folder, given, rounds),
            **_sqlite(source, folder, given, rounds),
            **_postgres(source, given, rounds),
        }


def _given(source: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    row = source.execute(
        "SELECT arg_min(run_id, hash(run_id)), epoch_us(max(requested_at)) FROM automated_runs"
    ).fetchone()
    assert row is not None
    day = 86_400_000_000
    return {"run_id": row[0], "days_90": row[1] - 90 * day, "days_30": row[1] - 30 * day}


def _select(table: str) -> str:
    columns = []
    for name in TABLES[table].split(", "):
        plain = {"requested_at", "completed_at", "compared_at"} & {name}
        columns.append(
            f"epoch_us({name}) AS {name}"
            if plain
            else f"{name}::INTEGER AS {name}"
            if COLUMNS.get(name) == "INTEGER"
            else name
        )
    return f"SELECT {', '.join(columns)} FROM {table}"


def _measured(peer: str, asks: Asks, given: Mapping[str, Any], rounds: int, p95: str) -> dict[str, float]:
    figures = {}
    for name, question in QUESTIONS.items():
        statement = question.format(p95=p95, **given)
        asks(statement)
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            asks(statement)
            took.append((time.perf_counter() - began) * 1000)
        figures[f"{peer}_{name}_p95_ms"] = report.percentile(took, 0.95)
    return figures


def _parquet(
    source: duckdb.DuckDBPyConnection, folder: Path, given: Mapping[str, Any], rounds: int
) -> dict[str, float]:
    with duckdb.connect() as views:
        for table in TABLES:
            target = folder / table
            order = "requested_at" if table == "automated_runs" else "compared_at"
            source.execute(
                f"COPY (SELECT *, {order} // 2629800000000 AS month FROM ({_select(table)})) "
                f"TO '{quoted(target)}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month))"
            )
            views.execute(f"CREATE VIEW {table} AS FROM read_parquet('{quoted(target)}/*/*.parquet')")
        figures = _measured("parquet", lambda one: views.execute(one).fetchall(), given, rounds, P95)
    return {"parquet_mb": sum(file.stat().st_size for file in folder.rglob("*.parquet")) / 1e6, **figures}


def _sqlite(
    source: duckdb.DuckDBPyConnection, folder: Path, given: Mapping[str, Any], rounds: int
) -> dict[str, float]:
    path = folder / "peer.db"
    with sqlite3.connect(path) as database:
        for table, columns in TABLES.items():
            names = columns.split(", ")
            database.execute(_table(table))
            found = source.execute(_select(table))
            while some := found.fetchmany(20_000):
                database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", some)
        for index in INDEXES:
            database.execute(index)
        database.execute("ANALYZE")
        # SQLite has no percentile: the nearest rank of each playbook, by a window
        figures = _measured(
            "sqlite", lambda one: database.execute(_windowed(one)).fetchall(), given, rounds, P95
        )
    database.close()
    return {"sqlite_mb": path.stat().st_size / 1e6, **figures}


def _windowed(statement: str) -> str:
    if P95 not in statement:
        return statement
    where = statement.partition(" WHERE ")[2].partition(" GROUP BY ")[0]
    return (
        "SELECT playbook_id, n, duration_ms FROM (SELECT playbook_id, duration_ms, count(*) OVER (PARTITION BY playbook_id) AS n, "
        "row_number() OVER (PARTITION BY playbook_id ORDER BY duration_ms) AS at FROM automated_runs "
        f"WHERE {where}) WHERE at = 1 + n * 95 / 100 ORDER BY 3 DESC LIMIT 50"
    )


def _postgres(source: duckdb.DuckDBPyConnection, given: Mapping[str, Any], rounds: int) -> dict[str, float]:
    sys.path.insert(0, str(TESTS))
    from postgres import a_server  # the server that the ledger's contract is tested on

    with a_server() as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        for table in TABLES:
            server.execute(_table(table))
            found = source.execute(_select(table))
            with server.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while some := found.fetchmany(20_000):
                    for row in some:
                        copy.write_row(row)
        for index in INDEXES:
            server.execute(index)
        server.execute("ANALYZE")
        figures = _measured(
            "postgres", lambda one: server.execute(one).fetchall(), given, rounds, P95_OF_POSTGRES
        )
        row = server.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
    return {"postgres_mb": row[0] / 1e6, **figures}


def _table(table: str) -> str:
    columns = ", ".join(f"{name} {COLUMNS.get(name, 'TEXT')}" for name in TABLES[table].split(", "))
    return f"CREATE TABLE {table} ({columns})"
