"""Compacting, exporting and making anew: the same rows afterwards, whatever happens on the way."""

from __future__ import annotations

import signal
from pathlib import Path

import duckdb
import pytest

from history_builders import a_home
from inspect_pipelines.errors import Refused, Unavailable, UsageError
from resources.history.checksums import checksums
from resources.history.exporting import export
from resources.history.lease import Lease

COMPACT = """
import os, sys
from pathlib import Path
from history_builders import a_home
from resources.history import compacting
step = sys.argv[2]
def dies(*_, **__): os.kill(os.getpid(), 9)
if step == "writing": compacting.checksums = dies
if step == "replaced":
    real = compacting._publish
    calls = []
    def publish(*args):
        calls.append(1)
        dies() if len(calls) == 2 else real(*args)
    compacting._publish = publish
a_home(Path(sys.argv[1])).history.compact()
"""


def test_a_history_made_anew_holds_the_same_rows(home) -> None:
    home.finish(1, 2, 3)
    home.history.drain()
    before = checksums(home.history.places.snapshot)

    home.history.places.live.write_bytes(b"damaged" * 4096)
    home.history.rebuild()

    assert checksums(home.history.places.live) == before
    assert before["main.comparisons"][0] == 60


def test_compacting_keeps_every_row_and_comment_and_what_is_told_later(home) -> None:
    home.finish(1, 2)
    home.history.drain()
    live = home.history.places.live
    before = checksums(live)
    comments = "SELECT count(comment) FROM duckdb_columns() WHERE database_name = current_database()"
    told = home.rows(comments)

    was, now = home.history.compact()
    after = checksums(live)
    home.finish(3)
    home.history.drain()

    assert after == before
    assert 0 < now <= was
    assert home.rows(comments) == told
    assert home.counts() == (3, 3, 0)
    assert [path.name for path in home.history.places.folder.glob("compact*")] == []


def test_nothing_is_compacted_while_another_process_owns_the_history(home) -> None:
    home.finish(1)
    home.history.drain()
    lease = Lease(home.history.places.lock)
    assert lease.take()

    with pytest.raises(Unavailable, match="cannot be compacted while another process owns it"):
        home.history.compact()

    lease.release()


@pytest.mark.parametrize("step", ["writing", "replaced"])
def test_whoever_dies_while_compacting_leaves_a_whole_history(home, start_child, step) -> None:
    home.finish(1, 2)
    home.history.drain()

    child = start_child(COMPACT, home.path, step)

    assert child.wait(300) == -signal.SIGKILL
    home.finish(3)
    home.history.drain()
    assert home.counts() == (3, 3, 0)
    home.history.compact()
    assert home.counts() == (3, 3, 0)


def test_an_export_holds_every_row_of_every_table_by_the_month(home, tmp_path: Path) -> None:
    home.finish(1, 2)
    home.history.drain()
    target = tmp_path / "years"

    counts = home.history.export(str(target))

    assert (counts["automated_runs"], counts["comparisons"]) == (2, 40)
    assert [path.name for path in (target / "automated_runs").iterdir()] == ["month=2026-11"]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home.history.places.snapshot}' AS live (READ_ONLY)")
        for name in ("automated_runs", "comparisons", "findings"):
            both = [
                connection.execute(
                    f"SELECT count(*), sum(hash(one)::HUGEINT) FROM ({query}) AS one"
                ).fetchone()
                for query in (
                    f"SELECT * FROM live.{name}",
                    f"SELECT * EXCLUDE (month) FROM read_parquet('{target}/{name}/*/*.parquet', hive_partitioning = true)",
                )
            ]
            assert both[0] == both[1]
    with pytest.raises(Refused, match="is not empty; name another folder"):
        home.history.export(str(target))
    with pytest.raises(UsageError, match="cannot be made"):
        home.history.export("/proc/nowhere/years")


def test_an_export_that_fails_leaves_nothing(home, tmp_path: Path) -> None:
    home.finish(1)
    home.history.drain()
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(home.history.places.snapshot.read_bytes()[:20000])

    with pytest.raises(duckdb.Error):
        export(broken, tmp_path / "years")

    assert [path.name for path in tmp_path.iterdir() if "years" in path.name] == []


def test_a_file_is_written_so_that_the_older_duckdb_reads_it(tmp_path: Path) -> None:
    """Files of DuckDB 1.5 and 2: whatever version writes, the storage version in the header is that of 1.5."""
    home = a_home(tmp_path)
    home.finish(1)
    home.history.drain()

    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home.history.places.snapshot}' AS one (READ_ONLY)")
        (tags,) = connection.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'one'"
        ).fetchone()

    assert tags["storage_version"].startswith("v1.5.0")
