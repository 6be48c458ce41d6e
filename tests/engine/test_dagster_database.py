"""Dagster's storage on a real PostgreSQL: made once by whoever comes first, known to dagster.yaml by its variable only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml

from inspect_pipelines.cli.doctor import dagster_server
from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.engine.dagster_database import VARIABLE, dagster_database
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import SetupMissing, Unavailable, UsageError
from postgres import a_server

OPENS = (
    "import sys; from pathlib import Path; from inspect_pipelines.engine.storages import ensure_storages; "
)
OPENS += "ensure_storages(Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty database of its own, as psycopg takes it."""
    with a_server() as url:
        admin = url.replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE dagster")
        yield admin.replace("@/postgres", "@/dagster")


@pytest.fixture
def database(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLE, server.replace("postgresql:", "postgresql+psycopg2:"))
    return server


def test_machines_that_use_a_new_database_at_once_make_it_once_and_work_in_it(
    database: str, tmp_path: Path
) -> None:
    homes = [tmp_path / name for name in ("a", "b")]
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, str(home)], env=child_environment(), stderr=subprocess.PIPE
        )
        for home in homes
    ]
    said = [maker.communicate()[1].decode() for maker in makers]
    assert [maker.returncode for maker in makers] == [0, 0], said

    with psycopg.connect(database) as connection:
        assert len(connection.execute("SELECT version_num FROM alembic_version").fetchall()) == 1
    here, there = [dg.DagsterInstance.from_config(str(ensure_storages(home))) for home in homes]
    with here, there:
        run = here.create_run_for_job(a_job())
        assert there.get_run_by_id(run.run_id).job_name == "nothing"
        assert a_job().execute_in_process(instance=there).success
    check = dagster_server(Settings())
    assert check.is_ok
    assert check.found.startswith("PostgreSQL ")
    assert "connections used, events of runs take" in check.found


def a_job() -> dg.JobDefinition:
    @dg.job
    def nothing() -> None: ...

    return nothing


def test_dagster_yaml_has_the_variable_and_no_password(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg2://ada:hunter2@db/dagster")

    text = (ensure_instance(tmp_path) / "dagster.yaml").read_text()

    assert "hunter2" not in text
    stored = yaml.safe_load(text)
    for key in ("run_storage", "schedule_storage", "event_log_storage"):
        assert stored[key]["config"] == {"postgres_url": {"env": VARIABLE}}


@pytest.mark.parametrize(
    ("url", "ledger", "told"),
    [
        ("postgres", None, r"is not a database URL; write it as 'postgresql\+psycopg2://"),
        (
            "postgresql+psycopg://ada@db/x",
            None,
            r"names 'postgresql\+psycopg'; write it as 'postgresql\+psycopg2",
        ),
        (
            "postgresql+psycopg2://ada:1@db/x",
            "postgresql+psycopg://bob:2@db:5432/x",
            "names the ledger's own database 'x'; make another one",
        ),
    ],
)
def test_a_database_that_cannot_be_dagsters_is_refused(url: str, ledger: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        dagster_database(Settings(dagster_database_url=url, database_url=ledger))


def test_without_the_package_somebody_hears_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspect_pipelines.engine.dagster_database.find_spec", lambda _: None)

    with pytest.raises(SetupMissing, match=r"pip install 'inspect-pipelines\[postgres\]'"):
        dagster_database(Settings(dagster_database_url="postgresql+psycopg2://ada@db/x"))


def test_a_server_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By doctor, and by whoever would make the tables."""
    url = f"postgresql+psycopg2://ada:hunter2@/dagster?host={tmp_path}"
    monkeypatch.setenv(VARIABLE, url)

    check = dagster_server(Settings())
    with pytest.raises(Unavailable) as told:
        ensure_storages(tmp_path / "home")

    assert not check.is_ok
    assert "does not answer" in check.found
    assert "cannot be opened" in str(told.value)
    assert "hunter2" not in f"{check} {told.value}"
