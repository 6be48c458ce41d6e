"""`doctor --cluster` as whoever looks after several machines uses it."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_pipelines.cli import cluster
from inspect_pipelines.cli.doctor import doctor
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import Presence
from inspect_pipelines.engine.presence import presence
from prepared import prepared_ledgers
from resources.sessions.browser.stamp import hash_fonts


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSPECT_PROJECT", str(tmp_path))
    return tmp_path / "home"


def tell(home: Path, *parts: Presence) -> None:
    ledgers = prepared_ledgers(home / "ledger.db")
    for part in parts:
        ledgers.presences.tell(part, time.time)
    ledgers.close()


def ask(*words: str) -> Result:
    return CliRunner().invoke(doctor, ["--cluster", *words])


def test_parts_that_agree_are_shown_with_what_they_really_are(home):
    up = presence(Settings(), "up", str(home), rows_behind=0)
    tell(home, up, presence(Settings(), "web", "http://127.0.0.1:8471"))

    done = ask()

    assert done.exit_code == 0, done.output
    assert done.output.endswith("\nall parts agree\n")
    lines = done.output.splitlines()
    assert lines[0].split()[:3] == ["PART", "HOST", "PLACE"]
    assert lines[1].split()[0] == "up"
    assert up.browser in lines[1]
    assert hash_fonts()[:8] in lines[1]
    assert "✓  clocks" in done.output
    assert "✓  Dagster's events" in done.output


def test_a_worker_of_other_code_and_fonts_is_named_with_what_to_do(home):
    up = presence(Settings(), "up", str(home), rows_behind=0)
    tell(home, up, replace(up, host="elsewhere", part="worker", code="0ld", fonts="f0", rows_behind=None))

    text, told = ask(), ask("--json")

    assert text.exit_code == told.exit_code == 3
    assert "✗ look  versions" in text.output
    assert "fonts: give all that play runs one image" in text.output
    found = json.loads(told.output)
    assert [one["host"] for one in found["parts"]] == [up.host, "elsewhere"]
    wrong = {check["name"]: check["found"] for check in found["checks"] if not check["is_ok"]}
    assert wrong.keys() == {"versions", "fonts"}
    assert wrong["fonts"].endswith("; f0: worker on elsewhere")


def test_a_home_in_which_nothing_is_yet_stays_empty(home):
    done = ask()

    assert done.exit_code == 3
    assert f"there is none in {home}" in done.output
    assert not (home / "ledger.db").exists()


def test_a_ledger_of_another_release_is_told_and_left_as_it_is(home):
    tell(home)
    with closing(sqlite3.connect(home / "ledger.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0048'")

    done = ask()

    assert done.exit_code == 3
    assert "0048, and this code knows" in done.output
    assert "back it up" in done.output
    with closing(sqlite3.connect(home / "ledger.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0048",)


def test_a_server_without_room_and_one_that_does_not_answer_are_told(home, monkeypatch):
    tell(home, presence(Settings(), "up", str(home), rows_behind=0))
    monkeypatch.setenv("INSPECT_DAGSTER_DATABASE_URL", "postgresql+psycopg2://u:hidden@127.0.0.1:1/dagster")

    done = ask()

    assert done.exit_code == 3
    assert "✗ look  Dagster's events" in done.output
    assert "hidden" not in done.output
    assert cluster.of_connections("connections", 80, 100).is_ok
    assert cluster.of_connections("connections", 81, 100).how.startswith("put PgBouncer before it")
