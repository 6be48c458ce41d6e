"""The history as a lake beside the history as a file, the same facts at the same time: commits, sizes, answers; `make bench-lake`.

Both are written by the DuckDB that has the lake's extensions as packages, in turns, so that what else the machine does is in both
alike: the ratios stand where the seconds do not. The catalogue is a PostgreSQL of its own on this machine, the lake's files
lie in a folder beside the other file: a bucket, and a catalogue that is far away, cost what their network costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg

from benchmarks import report
from benchmarks.years.asking import ask
from benchmarks.years.keeping import facts_of_run
from resources.history import migrations
from resources.history.connection import open_lake, open_writing
from resources.history.lake import Lake
from resources.history.lake_tables import make_tables
from resources.history.lake_upkeep import size_of, tidy
from resources.history.projector import Projector, Row

TESTS = Path(__file__).parents[1] / "tests"
EPOCH = "of-this-benchmark"
KINDS = ("lake", "file")
GOALS = {"lake_commits_of_100_runs_s": (">=", 3000.0)}
COUNTED = 3  # commits whose statements the catalogue counts


def main() -> None:
    """Write and ask both; writes benchmarks/results/lake.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=20, help="commits of 100 runs (20)")
    parser.add_argument("--large", type=int, default=10, help="commits of 1,000 runs (10)")
    parser.add_argument("--rounds", type=int, default=10, help="of each question (10)")
    arguments = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    from lakes import lake_at
    from postgres import a_server  # the server that the ledger's contract is tested on

    with (
        tempfile.TemporaryDirectory(prefix="bench-lake-") as name,
        a_server() as url,
        psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server,
    ):
        server.execute("CREATE DATABASE bench")
        log = Path(str(server.info.host)) / "log"
        figures = measure(Path(name), lake_at(url, "bench", Path(name)), server, log, arguments)
    report.write("lake", figures, report.goals_of(figures, GOALS))


def measure(
    folder: Path, lake: Lake, server: psycopg.Connection, log: Path, arguments: argparse.Namespace
) -> dict[str, float]:
    """Every figure; a ratio is the lake's by the file's."""
    live = folder / "live.duckdb"
    figures: dict[str, float] = {}
    with open_lake(lake) as in_lake, open_writing(live) as in_file:
        make_tables(in_lake)
        migrations.migrate(in_file, migrations.known())
        projectors = (Projector(in_lake, 1), Projector(in_file))
        done = _commits(figures, projectors, runs=100, commits=arguments.small, behind=0)
        done = _commits(figures, projectors, runs=1000, commits=arguments.large, behind=done)
        figures["catalogue_statements_a_commit"] = _statements(projectors, server, log, behind=done)
        figures["runs"] = float(done + (COUNTED + 1) * 100)
        began = time.perf_counter()
        tidy(
            in_lake, datetime.now(UTC) + timedelta(hours=2)
        )  # as if nobody read what was the newest state before
        figures["tidy_s"] = time.perf_counter() - began
        in_file.execute("CHECKPOINT")
        figures |= _sizes(in_lake, live, server)
    answers = {"lake": ask(lake, rounds=arguments.rounds), "file": ask(live, rounds=arguments.rounds)}
    for question in answers["lake"]:
        figures |= {f"{kind}_{question}": answers[kind][question] for kind in KINDS}
        figures[f"ratio_{question.removesuffix('_ms')}"] = (
            answers["lake"][question] / answers["file"][question]
        )
    return figures


def _commits(
    figures: dict[str, float], projectors: Sequence[Projector], *, runs: int, commits: int, behind: int
) -> int:
    """Commits of so many runs, in turns; how far the histories are then."""
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    worked: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(commits + 1):
        rows = _rows(behind, runs)
        behind += runs
        for kind, projector in zip(KINDS, projectors, strict=True):
            began, worked_before = time.perf_counter(), time.process_time()
            projector.apply(rows, EPOCH)
            if number:  # the first one of each kind learns what the tables are
                took[kind].append(time.perf_counter() - began)
                worked[kind].append(time.process_time() - worked_before)
    middle = {kind: report.percentile(took[kind], 0.5) for kind in KINDS}
    for kind in KINDS:
        figures[f"{kind}_commits_of_{runs}_runs_s"] = runs / middle[kind]
        figures[f"{kind}_commit_of_{runs}_p50_ms"] = middle[kind] * 1000
        figures[f"{kind}_commit_of_{runs}_own_processor_p50_ms"] = report.percentile(worked[kind], 0.5) * 1000
    figures[f"ratio_commit_of_{runs}"] = middle["lake"] / middle["file"]
    return behind


def _statements(
    projectors: Sequence[Projector], server: psycopg.Connection, log: Path, *, behind: int
) -> float:
    """What the catalogue is asked for one commit of 100 runs."""
    server.execute("ALTER SYSTEM SET log_statement = 'all'")
    server.execute("SELECT pg_reload_conf()")
    counts = []
    for _ in range(COUNTED + 1):  # in the first one the server may not have heard of it yet
        before = log.read_text("utf-8", "replace").count("LOG:  statement:")
        for projector in projectors:
            projector.apply(_rows(behind, 100), EPOCH)
        behind += 100
        counts.append(log.read_text("utf-8", "replace").count("LOG:  statement:") - before)
    server.execute("ALTER SYSTEM RESET log_statement")
    server.execute("SELECT pg_reload_conf()")
    return report.percentile(counts, 0.5)


def _sizes(lake: duckdb.DuckDBPyConnection, live: Path, server: psycopg.Connection) -> dict[str, float]:
    catalogue = server.execute("SELECT pg_database_size('bench')").fetchone()
    assert catalogue is not None
    files = size_of(lake)
    return {
        "lake_files_mb": files / 1e6,
        "lake_catalogue_mb": catalogue[0] / 1e6,
        "file_mb": live.stat().st_size / 1e6,
        "ratio_size": files / live.stat().st_size,
    }


def _rows(behind: int, count: int) -> list[Row]:
    now = datetime.now(UTC)
    return [
        (seq, "run", json.dumps(facts_of_run(seq, (now + timedelta(milliseconds=seq)).isoformat())))
        for seq in range(behind + 1, behind + count + 1)
    ]


if __name__ == "__main__":
    main()
