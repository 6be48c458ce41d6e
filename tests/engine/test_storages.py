"""Dagster's databases: made by one process however many come, and mended where two have made them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.storages import DATABASES, ensure_storages, mend, spoilt, stamps
from inspect_pipelines.errors import Unavailable

pytestmark = pytest.mark.usefixtures("unprepared")

OPENS = """
import sys
from pathlib import Path
from inspect_pipelines.engine.storages import ensure_storages
print("ready", flush=True)
sys.stdin.readline()
ensure_storages(Path(sys.argv[1]))
"""


def test_commands_that_use_a_new_home_at_once_stamp_each_database_once(tmp_path: Path) -> None:
    """Four `run --wait` stamped schedules.db twice: every later run was an error, and `up` never started again."""
    home = tmp_path / "home"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()

    errors = [process.communicate(timeout=120)[1].decode() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, errors
    assert [len(stamps(home / "dagster" / name)) for name in DATABASES] == [1, 1, 1]


def test_a_home_that_two_processes_have_spoilt_is_mended_for_good(tmp_path: Path) -> None:
    dagster_home = ensure_storages(tmp_path)
    (right,) = stamps(dagster_home / DATABASES[0])
    with closing(sqlite3.connect(dagster_home / DATABASES[0])) as connection, connection:
        connection.execute("INSERT INTO alembic_version VALUES ('5771160a95ad')")
    with pytest.raises(Exception, match="more than one"):
        dg.DagsterInstance.from_config(str(dagster_home))

    mended = {path: mend(path) for path in spoilt(dagster_home)}

    assert mended == {dagster_home / DATABASES[0]: right}
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        assert instance.all_instigator_state() == []


def test_databases_of_a_persons_own_settings_are_opened_once_too(tmp_path: Path) -> None:
    settings = ensure_instance(tmp_path) / "dagster.yaml"
    settings.write_text(f"storage: {{sqlite: {{base_dir: {tmp_path / 'elsewhere'}}}}}\n")

    ensure_storages(tmp_path)

    assert len(stamps(tmp_path / "elsewhere" / "schedules" / "schedules.db")) == 1
    assert not (tmp_path / "dagster" / "schedules").exists()


def test_databases_that_cannot_be_made_are_told_in_a_sentence(tmp_path: Path) -> None:
    database = ensure_instance(tmp_path) / DATABASES[0]
    database.parent.mkdir()
    database.write_bytes(b"no database, whatever its name says" * 9)

    with pytest.raises(Unavailable, match=r"databases in '.*' cannot be opened: .*file is not a database"):
        ensure_storages(tmp_path)
