"""Our event log storage over Dagster's own: the same files, made from a copy."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from inspect_pipelines.engine.event_log import InspectEventLogStorage
from inspect_pipelines.engine.instance import ensure_instance

OPENS = """
import sys
from inspect_pipelines.engine.event_log import InspectEventLogStorage
print("ready", flush=True)
sys.stdin.readline()
storage = InspectEventLogStorage(sys.argv[1])
for _ in range(3):
    with storage.index_connection():
        pass
    with storage.run_connection("r1"):
        pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def schema(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def revisions(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [revision for (revision,) in connection.execute("SELECT version_num FROM alembic_version")]


def test_a_copied_database_is_the_one_that_dagster_would_have_made(folder: Path, tmp_path: Path) -> None:
    ours, dagsters = InspectEventLogStorage(str(folder)), SqliteEventLogStorage(str(tmp_path / "own"))

    for storage in (ours, dagsters):
        with storage.run_connection("r1"):
            pass

    assert schema(folder / "r1.db") == schema(tmp_path / "own" / "r1.db")
    assert revisions(folder / "r1.db") == revisions(tmp_path / "own" / "r1.db")
    assert ours.get_all_run_ids() == ["r1"]


def test_a_database_that_dagster_had_begun_is_finished_its_way(folder: Path) -> None:
    storage = InspectEventLogStorage(str(folder))
    (folder / "r1.db").touch()

    with storage.run_connection("r1"):
        pass

    assert len(revisions(folder / "r1.db")) == 1


def test_processes_that_open_a_new_home_at_once_all_find_it_whole(folder: Path) -> None:
    """UI, daemon and warm parent did: the index was stamped with two revisions, and none of them could start again."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()

    errors = [process.communicate(timeout=120)[1].decode() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, errors
    assert [len(revisions(folder / name)) for name in ("index.db", "r1.db")] == [1, 1]


def test_events_over_a_kept_connection_are_there_for_others_at_once(tmp_path: Path) -> None:
    dagster_home = str(ensure_instance(tmp_path))
    with (
        dg.DagsterInstance.from_config(dagster_home) as writing,
        dg.DagsterInstance.from_config(dagster_home) as reading,
    ):
        graph = dg.GraphDefinition(name="tiny")
        run = writing.create_run_for_job(dg.JobDefinition(name="tiny", graph_def=graph))
        assert isinstance(writing.event_log_storage, InspectEventLogStorage)
        writing.event_log_storage.keep_open(run.run_id)

        writing.report_engine_event("hello", run)

        assert [entry.dagster_event.message for entry in reading.all_logs(run.run_id)] == ["hello"]
        writing.event_log_storage.let_go()
