"""The warm parent and the launcher together, as real processes over real Dagster records."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import WorkerStatus

from inspect_pipelines.engine.warm.wire import framed
from patience import allowed, until
from warm_parent import TESTS, Warm, warm_parent


@pytest.fixture(scope="module", autouse=True)
def _where_jobs_are_found() -> Iterator[None]:
    """By every process of this module, whichever test is the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TESTS))
        patch.setenv("PYTHONPATH", str(TESTS))
        yield


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with warm_parent(tmp_path_factory.mktemp("home"), "--most", "2") as warm:
        yield warm


def slow_run(warm: Warm) -> tuple[str, int]:
    run_id = warm.launch("slow")
    until(lambda: warm.in_step(run_id))
    return run_id, warm.workers.process_of(run_id)


def test_a_run_is_forked_and_ends_well(warm: Warm) -> None:
    run_id = warm.launch()

    assert warm.ended(run_id) is dg.DagsterRunStatus.SUCCESS
    assert any("Forked by the warm parent (process " in message for message in warm.messages(run_id))
    until(lambda: not warm.workers.is_alive(run_id))
    assert "RUN_SUCCESS" in (warm.home / "logs" / f"run-{run_id}.log").read_text()


def test_the_parent_has_one_thread_and_holds_no_database_and_no_channel(warm: Warm) -> None:
    warm.ended(warm.launch())

    parent = psutil.Process(warm.process.pid)
    assert parent.num_threads() == 1
    assert [f.path for f in parent.open_files() if not f.path.endswith(".log")] == []
    assert [c.type for c in parent.net_connections(kind="inet")] == []


def test_only_its_user_can_reach_the_socket(warm: Warm) -> None:
    assert stat.S_IMODE(warm.socket.stat().st_mode) == 0o600


def test_a_killed_run_is_failed_within_two_seconds_with_the_reason(warm: Warm) -> None:
    run_id, pid = slow_run(warm)
    began = time.monotonic()

    os.kill(pid, signal.SIGKILL)

    assert warm.ended(run_id) is dg.DagsterRunStatus.FAILURE
    assert time.monotonic() - began < allowed(2)
    assert "The run failed; its process was killed (signal SIGKILL)." in warm.messages(run_id)[-1]


def test_terminating_ends_a_run_as_canceled_within_two_seconds(warm: Warm) -> None:
    run_id, pid = slow_run(warm)
    began = time.monotonic()

    heard = warm.instance.run_launcher.terminate(run_id)

    assert heard
    assert warm.ended(run_id) is dg.DagsterRunStatus.CANCELED
    assert time.monotonic() - began < allowed(2)
    until(lambda: not psutil.pid_exists(pid))
    assert not warm.instance.run_launcher.terminate(run_id)  # what has ended stays so


def test_a_run_that_has_to_wait_for_room_is_not_lost_and_can_be_canceled(warm: Warm) -> None:
    first, second = slow_run(warm)[0], slow_run(warm)[0]
    waiting, unwanted = warm.launch(), warm.launch()
    health = warm.instance.run_launcher.check_run_worker_health(warm.instance.get_run_by_id(waiting))

    warm.instance.run_launcher.terminate(unwanted)
    state = warm.ask(do="status")
    warm.instance.run_launcher.terminate(first)

    assert health.status is WorkerStatus.RUNNING
    assert warm.status(unwanted) is dg.DagsterRunStatus.CANCELED
    assert (state["waiting"], len(state["running"])) == ([waiting], 2)
    assert warm.ended(waiting) is dg.DagsterRunStatus.SUCCESS
    warm.instance.run_launcher.terminate(second)
    warm.ended(second)


def test_the_same_run_is_never_executed_twice(warm: Warm) -> None:
    run_id, pid = slow_run(warm)

    answer = warm.ask(do="launch", run=run_id, job="slow", module="tiny_definitions")

    assert not answer["ok"]
    assert "is being worked on by another process" in answer["why"]
    assert warm.workers.process_of(run_id) == pid
    warm.instance.run_launcher.terminate(run_id)
    warm.ended(run_id)


@pytest.mark.parametrize("rubbish", [b"\xff\xff\xff\xff", framed({"do": "dance"}), b"\0\0\0\2[]", b""])
def test_rubbish_on_the_socket_disturbs_nobody(warm: Warm, rubbish: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(warm.socket))
        client.sendall(rubbish)

    assert warm.ended(warm.launch()) is dg.DagsterRunStatus.SUCCESS


def test_a_silent_client_keeps_nobody_from_being_served(warm: Warm) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(warm.socket))
        silent.sendall(b"\0\0")

        assert warm.ended(warm.launch()) is dg.DagsterRunStatus.SUCCESS
        silent.settimeout(120)
        assert silent.recv(1) == b""  # and is let go after a while


def test_an_operation_that_does_not_heed_is_killed_and_still_counts_as_canceled(warm: Warm) -> None:
    run_id, pid = slow_run(warm)
    psutil.Process(pid).suspend()  # stands for one that hangs in C code

    warm.instance.run_launcher.terminate(run_id)

    assert warm.ended(run_id) is dg.DagsterRunStatus.CANCELED
    assert "its process was killed (signal SIGKILL)" in warm.messages(run_id)[-1]


def test_a_retired_parent_takes_nothing_new_and_lives_until_its_last_run_has_ended(tmp_path: Path) -> None:
    with warm_parent(tmp_path / "home") as warm:
        run_id, pid = slow_run(warm)

        warm.process.terminate()
        until(lambda: (warm.ask(do="status") or {"is_retiring": True})["is_retiring"])
        other = warm.launch()
        lives = warm.process.poll() is None and psutil.pid_exists(pid)
        warm.instance.run_launcher.terminate(run_id)

        assert lives
        assert warm.ended(run_id) is dg.DagsterRunStatus.CANCELED
        assert warm.process.wait(120) == 0
        assert not warm.socket.exists()
        assert warm.ended(other) is dg.DagsterRunStatus.SUCCESS
        assert any("no warm parent took it: it says: it takes nothing new" in m for m in warm.messages(other))


def test_children_outlive_a_killed_parent_and_can_still_be_terminated(tmp_path: Path) -> None:
    with warm_parent(tmp_path / "home") as warm:
        run_id, pid = slow_run(warm)

        warm.process.kill()
        warm.process.wait()
        lives = psutil.pid_exists(pid)
        health = warm.instance.run_launcher.check_run_worker_health(warm.instance.get_run_by_id(run_id))
        warm.instance.run_launcher.terminate(run_id)

        assert lives
        assert health.status is WorkerStatus.RUNNING
        assert warm.ended(run_id) is dg.DagsterRunStatus.CANCELED


def test_a_run_that_waited_in_a_killed_parent_is_known_to_have_no_worker(tmp_path: Path) -> None:
    with warm_parent(tmp_path / "home", "--most", "1") as warm:
        slow_run(warm)
        waiting = warm.launch()

        warm.process.kill()
        warm.process.wait()

        health = warm.instance.run_launcher.check_run_worker_health(warm.instance.get_run_by_id(waiting))
        assert health.status is WorkerStatus.NOT_FOUND


def test_without_a_parent_a_run_is_a_process_of_its_own(tmp_path: Path) -> None:
    with warm_parent(tmp_path / "home") as warm:
        warm.process.kill()
        warm.process.wait()

        run_id = warm.launch()
        alive_at_once = warm.workers.is_alive(run_id)
        slow = warm.launch("slow")
        until(lambda: warm.in_step(slow))
        warm.instance.run_launcher.terminate(slow)

        assert alive_at_once
        assert warm.ended(run_id) is dg.DagsterRunStatus.SUCCESS
        assert any("nobody answers at its socket" in message for message in warm.messages(run_id))
        assert warm.ended(slow) is dg.DagsterRunStatus.CANCELED
