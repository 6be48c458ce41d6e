"""Dagster's storages over a few connections that stay, on a real PostgreSQL that is restarted, taken away and full."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import sqlalchemy as sa
from dagster._core.scheduler.instigation import InstigatorType
from dagster._core.utils import make_new_run_id

from inspect_pipelines.engine.dagster_database import VARIABLE
from inspect_pipelines.engine.storages import ensure_storages
from patience import allowed
from postgres import a_server, control, restart
from resources.ledger.postgres import ALIVE

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'dagster'"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A server's first database as psycopg takes it, Dagster's beside it as Dagster does, and DAGSTER_HOME."""
    with a_server() as url, pytest.MonkeyPatch.context() as patch:
        admin = url.replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE dagster")
        dagster = url.replace("+psycopg", "+psycopg2").replace("@/postgres", "@/dagster")
        patch.setenv(VARIABLE, dagster)
        yield admin, dagster, ensure_storages(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def server(place: tuple[str, str, Path]) -> str:
    return place[0]


@pytest.fixture
def instance(place: tuple[str, str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv(VARIABLE, place[1])
    monkeypatch.setattr("inspect_pipelines.engine.postgres_storages.WAIT_SECONDS", 600.0)  # of a busy machine
    with dg.DagsterInstance.from_config(str(place[2])) as found:
        yield found


def use_all(instance: dg.DagsterInstance) -> None:
    """A statement of each storage."""
    instance.get_runs_count()
    instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    instance.event_log_storage.get_maximum_record_id()


@pytest.fixture
def made() -> Iterator[list[object]]:
    """Every connection that this process makes by SQLAlchemy from now on."""
    found: list[object] = []

    def note(connection: object, _: object) -> None:
        found.append(connection)

    sa.event.listen(sa.Engine, "connect", note)
    yield found
    sa.event.remove(sa.Engine, "connect", note)


def test_one_thread_keeps_one_connection_for_all_storages(
    instance: dg.DagsterInstance, made: list[object]
) -> None:
    """Dagster's own would make sixty, and three more for another instance: its code server has one for each tick."""
    for _ in range(20):
        use_all(instance)
    with dg.DagsterInstance.from_ref(instance.get_ref()) as another:
        use_all(another)

    assert len(made) <= 1


def test_a_fork_works_over_connections_of_its_own_and_leaves_its_parents_alone(
    instance: dg.DagsterInstance, made: list[object]
) -> None:
    use_all(instance)
    before = len(made)

    child = os.fork()
    if child == 0:
        try:
            use_all(instance)
            os._exit(0 if len(made) == before + 1 else 3)
        finally:
            os._exit(4)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    use_all(instance)
    assert len(made) == before


def test_a_restarted_server_is_not_noticed(instance: dg.DagsterInstance, server: str) -> None:
    """Not by what comes after it, though the connections that were kept are dead."""
    use_all(instance)

    restart(server)

    use_all(instance)


def test_who_asks_while_the_server_is_away_waits_for_it(instance: dg.DagsterInstance, server: str) -> None:
    use_all(instance)
    control(server, "-m", "fast", "stop")
    answers: list[object] = []

    def ask() -> None:
        use_all(instance)
        answers.append("it answers")

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(1)
    assert not answers
    restart(server)
    asking.join(allowed(60))

    assert answers == ["it answers"]


def test_whoever_is_cut_off_from_the_server_notices_within_half_a_minute(
    instance: dg.DagsterInstance,
) -> None:
    """Linux waits a quarter of an hour for an answer to what was sent, and two hours where nothing was."""
    with instance.run_storage.connect() as connection:
        told = connection.connection.dbapi_connection.info.dsn_parameters

    assert {name: told[name] for name in ALIVE} == {name: str(value) for name, value in ALIVE.items()}
    assert ALIVE["keepalives_idle"] + ALIVE["keepalives_count"] * ALIVE["keepalives_interval"] <= 30
    assert ALIVE["tcp_user_timeout"] <= 30_000


def test_a_run_in_whose_middle_the_server_is_restarted_goes_on(
    instance: dg.DagsterInstance, server: str
) -> None:
    starting = threading.Thread(target=control, args=(server, "-m", "fast", "restart"))

    @dg.op(out=dg.Out(dg.Nothing))
    def before() -> None:
        control(server, "-m", "fast", "stop")
        starting.start()

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def after() -> None: ...

    @dg.job
    def watched() -> None:
        after(before())

    done = watched.execute_in_process(instance=instance)

    starting.join()
    assert done.success
    assert instance.get_run_by_id(done.run_id).status is dg.DagsterRunStatus.SUCCESS
    kinds = [
        entry.dagster_event.event_type_value
        for entry in instance.all_logs(done.run_id)
        if entry.dagster_event
    ]
    for kind, count in (("STEP_START", 2), ("STEP_SUCCESS", 2), ("PIPELINE_SUCCESS", 1)):
        assert kinds.count(kind) == count


def test_a_server_that_takes_no_writes_is_read_and_written_again_afterwards(
    instance: dg.DagsterInstance, server: str
) -> None:
    """A run that is refused then is there once, when it is asked for again."""
    run_id = make_new_run_id()

    def ask() -> None:
        instance.add_run(dg.DagsterRun("watched", run_id))

    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("ALTER DATABASE dagster SET default_transaction_read_only = on")
        admin.execute(END_ALL)
        with pytest.raises(sa.exc.InternalError, match="read-only transaction"):
            ask()
        assert instance.get_run_by_id(run_id) is None
        admin.execute("ALTER DATABASE dagster RESET default_transaction_read_only")
        admin.execute(END_ALL)
    ask()

    assert instance.get_run_by_id(run_id).job_name == "watched"


def test_who_finds_no_room_waits_for_it(instance: dg.DagsterInstance, server: str) -> None:
    answers: list[object] = []

    def ask() -> None:
        use_all(instance)
        answers.append("it answers")

    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("ALTER DATABASE dagster ALLOW_CONNECTIONS false")
        admin.execute(END_ALL)
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(1)
        assert not answers
        admin.execute("ALTER DATABASE dagster ALLOW_CONNECTIONS true")
        asking.join(allowed(60))

    assert answers == ["it answers"]
