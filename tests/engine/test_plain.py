from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.choose import engine_for
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.plain import READY, PlainEngine
from inspect_pipelines.engine.state import UpState, write_state
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.engine import Launch
from patience import allowed, until
from processes import children_with, lives

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    ensure_storages(home)  # takes seconds once, which no test is about
    return home


@pytest.fixture
def engine(home: Path, monkeypatch: pytest.MonkeyPatch) -> PlainEngine:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setenv("TINY_MARKS", str(home / "marks"))
    return PlainEngine(Settings(home=home), module="tiny_definitions")


def a_launch(job_name: str, key: str) -> Launch:
    return Launch(job_name, f"request:{key}", {".dagster/inspect.origin": f"request:{key}"})


def test_a_run_is_executed_with_its_tags_while_the_launcher_goes_on(engine: PlainEngine, home: Path) -> None:
    began = time.monotonic()

    handle = engine.launch(a_launch("quick", "1"))
    returned_after = time.monotonic() - began
    was_alive = engine.is_alive(handle)
    until(lambda: not engine.is_alive(handle))

    assert was_alive
    assert returned_after < allowed(2)
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(tags={".dagster/inspect.origin": "request:1"}))
    assert (run.job_name, run.status) == ("quick", dg.DagsterRunStatus.SUCCESS)
    assert "RUN_SUCCESS" in engine.log("request:1").read_text()
    assert engine.log("request:1").name == "run-request_1.log"


def test_a_process_that_has_loaded_already_takes_the_run_that_is_asked_for_then(
    engine: PlainEngine, home: Path
) -> None:
    """`run --wait` took 3-5 s more than its run: the process began to load when everything else was done."""
    engine.make_ready("request:ready")
    loaded = engine.log("request:ready")

    handle = engine.launch(a_launch("quick", "ready"))
    until(lambda: not engine.is_alive(handle))

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(tags={".dagster/inspect.origin": "request:ready"}))
        assert run.status is dg.DagsterRunStatus.SUCCESS
        assert run.job_code_origin is not None  # Dagster's UI offers a re-execution
    assert "RUN_SUCCESS" in loaded.read_text()


def test_a_process_of_which_nothing_is_asked_ends_by_itself(engine: PlainEngine) -> None:
    before = {*children_with(READY)}  # of a test before, which may be ending
    engine.make_ready("request:none")
    (child,) = {*children_with(READY)} - before

    engine.close()
    engine.close()

    until(lambda: not lives(child))
    assert engine.log("request:none").read_text() == ""


def test_terminating_interrupts_the_run(engine: PlainEngine, home: Path) -> None:
    handle = engine.launch(a_launch("slow", "2"))
    until(lambda: "slow request:2" in (home / "marks").read_text() if (home / "marks").exists() else False)

    engine.terminate(handle)

    until(lambda: not engine.is_alive(handle))
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(tags={".dagster/inspect.origin": "request:2"}))
    assert run.is_finished
    assert not run.is_success
    engine.terminate(handle)  # what has ended stays so


def test_a_job_that_does_not_exist_ends_its_process_and_says_so_in_the_log(engine: PlainEngine) -> None:
    handle = engine.launch(a_launch("no_such_job", "3"))

    until(lambda: not engine.is_alive(handle))

    assert "no_such_job" in engine.log("request:3").read_text()


def test_a_process_number_that_somebody_else_got_is_not_taken_for_the_run(engine: PlainEngine) -> None:
    assert not engine.is_alive("process:1:1")
    engine.terminate("process:1:1")


def test_a_clock_that_was_set_by_a_second_does_not_make_a_run_dead(engine: PlainEngine) -> None:
    """Its process was there, and the run was concluded as one whose worker had ended before the first step."""
    handle = engine.launch(a_launch("slow", "4"))
    _, pid, started = handle.split(":")

    assert engine.is_alive(f"process:{pid}:{int(started) - 100}")
    assert not engine.is_alive(f"process:{pid}:{int(started) - 1000}")
    engine.terminate(handle)
    until(lambda: not engine.is_alive(handle))


def test_a_handle_of_another_engine_is_refused(engine: PlainEngine) -> None:
    with pytest.raises(NotFound, match="names no process"):
        engine.is_alive("a handle of Kubernetes")


def test_a_dagster_run_id_means_the_process_that_works_on_it(engine: PlainEngine, home: Path) -> None:
    handle = "0b0c9d06-0000-4000-8000-000000000001"
    # everything is imported before it says so: an interrupt inside of an import may be lost (CPython drops what is raised
    # in a weak reference's callback)
    program = "import time; from pathlib import Path; from resources.workers import WorkerLocks; "
    program += f"WorkerLocks(Path({str(home / 'run' / 'workers')!r})).hold({handle!r}); "
    program += "print('held', flush=True); time.sleep(600)"
    worker = subprocess.Popen(
        [sys.executable, "-c", program], cwd=TESTS.parent, stdout=subprocess.PIPE, text=True
    )
    with worker, contextlib.ExitStack() as anyway:
        anyway.callback(worker.kill)
        assert worker.stdout.readline() == "held\n"
        assert engine.is_alive(handle)

        engine.terminate(handle)

        assert worker.wait(120) == -signal.SIGINT
    assert not engine.is_alive(handle)
    engine.terminate(handle)  # nobody to end is no error


def test_without_up_runs_are_executed_by_processes_of_their_own(tmp_path: Path) -> None:
    assert isinstance(engine_for(Settings(home=tmp_path)), PlainEngine)


def test_a_supervisor_that_was_killed_is_not_believed_to_be_there(tmp_path: Path) -> None:
    ensure_instance(tmp_path)
    write_state(tmp_path, UpState(1, "", "http://127.0.0.1:9", "http://127.0.0.1:9", {}))

    assert isinstance(engine_for(Settings(home=tmp_path)), PlainEngine)
