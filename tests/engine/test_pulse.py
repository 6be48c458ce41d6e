"""A process that hangs: noticed in bounded time, by what the kernel says of it or by its silence."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import psutil
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from inspect_pipelines.engine import pulse
from inspect_pipelines.engine.processes import Child
from inspect_pipelines.engine.pulse import ASK_EVERY_SECONDS, HELD_SECONDS, SILENT_SECONDS, Pulse
from patience import until

SLEEPS = [sys.executable, "-c", "import time; time.sleep(1200)"]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = started(tmp_path, SLEEPS)
    yield child
    child.kill()


def started(folder: Path, argv: list[str]) -> Child:
    return Child(argv, log=folder / "child.log", environment=os.environ, folder=folder)


def ends_with(folder: Path, exit_code: int) -> Child:
    child = started(folder, [sys.executable, "-c", f"raise SystemExit({exit_code})"])
    until(lambda: not child.is_alive)
    return child


def look_until(pulse: Pulse, child: Child, seconds: float) -> list[str | None]:
    """What it says every second."""
    return [pulse.trouble(child, float(second)) for second in range(int(seconds) + 1)]


def test_a_process_that_a_signal_has_stopped_is_in_trouble_after_a_while(child: Child) -> None:
    """A code server under SIGSTOP: no schedule ticked for hours, and `up` said that all was well."""
    pulse = Pulse()
    before = look_until(pulse, child, 5)
    os.kill(child.pid, signal.SIGSTOP)
    until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)

    said = [pulse.trouble(child, 5.0 + second) for second in range(int(HELD_SECONDS) + 1)]

    assert before == [None] * 6
    assert said[:-1] == [None] * int(HELD_SECONDS)
    assert said[-1] == "stood still for 20 s (stopped by a signal or a debugger)"


def test_one_that_goes_on_in_time_is_in_no_trouble(child: Child) -> None:
    pulse = Pulse()
    os.kill(child.pid, signal.SIGSTOP)
    until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)
    look_until(pulse, child, HELD_SECONDS - 2)
    os.kill(child.pid, signal.SIGCONT)
    until(lambda: psutil.Process(child.pid).status() != psutil.STATUS_STOPPED)

    assert [pulse.trouble(child, HELD_SECONDS - 1 + second) for second in range(30)] == [None] * 30


def test_one_that_answers_nobody_is_in_trouble_after_a_minute(child: Child, tmp_path: Path) -> None:
    said = look_until(Pulse(lambda: ends_with(tmp_path, pulse.NO_ANSWER)), child, SILENT_SECONDS)

    assert said[:-1] == [None] * int(SILENT_SECONDS)
    assert said[-1] == "did not answer for 60 s"


@pytest.mark.parametrize("exit_code", [0, 2])
def test_one_that_answers_or_cannot_be_asked_is_in_none(child: Child, tmp_path: Path, exit_code: int) -> None:
    asked = 0

    def ask() -> Child:
        nonlocal asked
        asked += 1
        return ends_with(tmp_path, exit_code)

    assert set(look_until(Pulse(ask), child, 100)) == {None}
    assert asked == 100 // (
        ASK_EVERY_SECONDS + 1
    )  # it is heard a second later here, and asked again after that


def test_a_new_process_has_all_of_its_time(child: Child, tmp_path: Path) -> None:
    pulse_of_both = Pulse(lambda: ends_with(tmp_path, pulse.NO_ANSWER))
    look_until(pulse_of_both, child, SILENT_SECONDS - 1)
    other = started(tmp_path, SLEEPS)

    said = pulse_of_both.trouble(other, SILENT_SECONDS)
    other.kill()

    assert said is None


def test_a_grpc_server_in_good_health_answers_and_a_mute_socket_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "ANSWER_SECONDS", 1.0)
    servicer = health.HealthServicer()
    servicer.set("DagsterApi", health_pb2.HealthCheckResponse.SERVING)
    server = grpc.server(futures.ThreadPoolExecutor(1))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(f"unix:{tmp_path}/code.sock")
    server.start()
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute.sock"))
        mute.listen()

        answers = [
            pulse.main("grpc", str(tmp_path / name)) for name in ("code.sock", "mute.sock", "none.sock")
        ]
    server.stop(None)

    assert answers == [0, pulse.NO_ANSWER, pulse.NO_ANSWER]


def test_a_web_process_that_takes_connections_and_says_nothing_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulse, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert pulse.main("http", "127.0.0.1", str(mute.getsockname()[1])) == pulse.NO_ANSWER
