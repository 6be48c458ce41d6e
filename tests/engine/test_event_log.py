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
from patience import until

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


def test_whoever_follows_a_run_hears_of_each_event_while_its_connection_is_kept(tmp_path: Path) -> None:
    """A launched run's page in Dagster's UI showed three events until it was loaded anew: what a kept connection stores
    stands in the log beside the database, which Dagster does not look at."""
    dagster_home = str(ensure_instance(tmp_path))
    heard: list[str] = []
    with (
        dg.DagsterInstance.from_config(dagster_home) as writing,
        dg.DagsterInstance.from_config(dagster_home) as reading,
    ):
        graph = dg.GraphDefinition(name="tiny")
        run = writing.create_run_for_job(dg.JobDefinition(name="tiny", graph_def=graph))
        writing.event_log_storage.keep_open(run.run_id)
        writing.report_engine_event("before", run)

        def hear(entry: dg.EventLogEntry, cursor: str) -> None:
            heard.append(entry.dagster_event.message)

        reading.watch_event_logs(run.run_id, None, hear)
        for number in range(3):
            writing.report_engine_event(f"event {number}", run)
            until(lambda: heard and heard[-1] == f"event {number}")  # noqa: B023 called in this turn
        reading.end_watch_event_logs(run.run_id, hear)
        writing.event_log_storage.let_go()

    assert heard == ["before", "event 0", "event 1", "event 2"]


def test_a_failure_that_an_op_told_on_purpose_is_kept_without_a_stack_trace_and_a_defect_with_it(
    tmp_path: Path,
) -> None:
    @dg.op
    def compares() -> None:
        raise dg.Failure("failed: the header moved", metadata={"report": dg.MetadataValue.url("/runs/1")})

    @dg.op
    def breaks() -> None:
        raise ZeroDivisionError("ours")

    @dg.op
    def refuses() -> None:
        try:
            int("no number")
        except ValueError as error:
            raise dg.Failure("the ledger is locked") from error

    @dg.job
    def the_sites() -> None:
        compares()

    @dg.job
    def ours() -> None:
        breaks()
        refuses()

    with dg.DagsterInstance.from_config(str(ensure_instance(tmp_path))) as instance:
        runs = [
            job.execute_in_process(instance=instance, raise_on_error=False).run_id
            for job in (the_sites, ours)
        ]
        step, run = dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE
        failures = [entry for each in runs for entry in instance.all_logs(each, of_type=step)]
        (run_failure,) = instance.all_logs(runs[0], of_type=run)

    data = {entry.step_key: entry.dagster_event.step_failure_data for entry in failures}
    assert (data["compares"].error.stack, data["compares"].error.message) == (
        [],
        "failed: the header moved\n",
    )
    assert data["compares"].user_failure_data.metadata["report"].url == "/runs/1"
    assert run_failure.dagster_event.job_failure_data.error.stack == []
    assert data["breaks"].error.stack or data["breaks"].error.cause.stack
    assert data["refuses"].error.stack


def test_a_run_whose_process_died_gets_its_end_though_nobody_knows_more(tmp_path: Path) -> None:
    """Its failure has no data, and looking for a stack trace in it kept the end from being stored."""
    with dg.DagsterInstance.from_config(str(ensure_instance(tmp_path))) as instance:
        graph = dg.GraphDefinition(name="tiny")
        run = instance.create_run_for_job(dg.JobDefinition(name="tiny", graph_def=graph))

        instance.report_run_failed(run, "its process was killed")

        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
