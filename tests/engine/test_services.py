from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.engine.addresses import accepts
from inspect_pipelines.engine.processes import Child
from inspect_pipelines.engine.services import Generations, Service
from inspect_pipelines.errors import Unavailable
from patience import until

ENDS = [sys.executable, "-c", "print('no such table'); raise SystemExit(4)"]
SLEEPS = [sys.executable, "-c", "import time; time.sleep(1200)"]
# A code server in small: listens on its socket; on SIGTERM it ends once a file says so, as if a run had to end first.
LISTENS = """
import os, signal, socket, sys, time
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); server.listen()
def leave(*_):
    while not os.path.exists(sys.argv[2]): time.sleep(0.02)
    raise SystemExit(0)
signal.signal(signal.SIGTERM, leave)
time.sleep(1200)
"""


class Yard:
    """Starts real children and remembers what was said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.started: list[Child] = []
        self.runs_have_ended = folder / "runs-have-ended"

    def listens(self, path: Path) -> list[str]:
        return [sys.executable, "-c", LISTENS, str(path), str(self.runs_have_ended)]

    def start(self, name: str, argv: Sequence[str]) -> Child:
        child = Child(argv, log=self.folder / f"{name}.log", environment=os.environ, folder=self.folder)
        self.started.append(child)
        return child

    def service(self, argv: list[str], ready: Callable[[], bool] = lambda: True) -> Service:
        return Service("web", lambda: argv, ready, self.start, self.said.append)

    def code(self, argv: Callable[[Path], list[str]] | None = None) -> Generations:
        return Generations(
            "code", "code server", self.folder, argv or self.listens, self.start, self.said.append
        )


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path)
    yield yard
    for child in yard.started:
        child.kill()


def tick_until(service: Service | Generations, condition: Callable[[], object], now: float = 0.0) -> None:
    deadline = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        service.tick(now)
        time.sleep(0.02)


def wait_for_end(child: Child) -> None:
    while child.is_alive:
        time.sleep(0.02)


def test_a_service_is_ready_once_its_probe_says_so(yard: Yard) -> None:
    answers = iter([False, False, True])
    service = yard.service(SLEEPS, lambda: next(answers))

    readiness = []
    for _ in range(4):
        service.tick(0.0)
        readiness.append(service.is_ready)

    assert readiness == [False, False, False, True]


def test_a_service_that_ends_is_started_again_after_a_pause(yard: Yard) -> None:
    service = yard.service(SLEEPS)
    tick_until(service, lambda: service.is_ready)
    yard.started[0].kill()

    service.tick(100.0)
    service.tick(100.4)
    too_early = len(yard.started)
    service.tick(100.6)

    assert too_early == 1
    assert len(yard.started) == 2
    assert not service.is_ready
    assert yard.said == [
        f"the web process ended (signal 9); it is started again in 0.5 s, see {yard.folder / 'web.log'}"
    ]


def test_a_service_that_never_gets_ready_is_given_up_with_its_last_words(yard: Yard) -> None:
    service = yard.service(ENDS, lambda: False)

    def run_until_given_up() -> None:
        now = 0.0
        for _ in range(3):
            service.tick(now)
            wait_for_end(yard.started[-1])
            service.tick(now + 0.1)
            now += 10

    with pytest.raises(Unavailable, match=r"ended \(exit code 4\) 3 times within a minute.*\nno such table"):
        run_until_given_up()


def test_a_service_that_ends_now_and_then_is_never_given_up(yard: Yard) -> None:
    service = yard.service(SLEEPS)
    for hour in range(8):
        now = hour * 3600.0
        tick_until(service, lambda: service.is_ready, now)
        yard.started[-1].kill()
        service.tick(now)

    assert len(yard.started) == 8


def test_a_publication_turns_the_link_to_a_new_code_server_and_lets_the_old_one_end_its_runs(
    yard: Yard,
) -> None:
    code = yard.code()
    tick_until(code, lambda: code.is_ready)
    before = code.link.readlink()

    code.renew()
    tick_until(code, lambda: code.link.readlink() != before)

    old, new = yard.started
    assert accepts(code.link)
    assert code.pid == new.pid
    assert old.is_alive  # its run goes on
    assert code.children() == [new, old]
    yard.runs_have_ended.touch()
    tick_until(code, lambda: code.children() == [new])
    assert old.exit_code == 0


def test_definitions_that_do_not_load_leave_the_old_code_server_in_place(yard: Yard) -> None:
    broken = False
    code = yard.code(lambda path: ENDS if broken else yard.listens(path))
    tick_until(code, lambda: code.is_ready)
    pid = code.pid
    broken = True

    code.renew()
    tick_until(code, lambda: yard.said)

    assert code.pid == pid
    assert accepts(code.link)
    assert yard.said[0].startswith(
        "the published definitions do not load in the code server, so the ones before stay"
    )
    assert yard.said[0].endswith("no such table")


def test_a_code_server_that_a_signal_has_stopped_is_ended_and_replaced(yard: Yard) -> None:
    code = yard.code()
    tick_until(code, lambda: code.is_ready)
    code.tick(0.0)
    os.kill(yard.started[0].pid, signal.SIGSTOP)
    until(lambda: psutil.Process(yard.started[0].pid).status() == psutil.STATUS_STOPPED)

    code.tick(30.0)
    code.tick(30.1)
    tick_until(code, lambda: code.is_ready, 31.0)

    assert accepts(code.link)
    assert yard.said[0] == (
        "the code server stood still for 30 s (stopped by a signal or a debugger), so it is ended; its runs go on"
    )
    assert yard.said[1].startswith("the code server ended (signal 9); it is started again in 0.5 s")


def test_a_service_that_a_signal_has_stopped_is_ended_and_started_again(yard: Yard) -> None:
    service = yard.service(SLEEPS)
    tick_until(service, lambda: service.is_ready)
    service.tick(0.0)
    os.kill(yard.started[0].pid, signal.SIGSTOP)
    until(lambda: psutil.Process(yard.started[0].pid).status() == psutil.STATUS_STOPPED)

    for now in (30.0, 30.1, 31.0):
        service.tick(now)

    assert len(yard.started) == 2
    assert yard.said[0] == (
        "the web process stood still for 30 s (stopped by a signal or a debugger), so it is ended"
    )


def test_a_code_server_that_dies_is_replaced(yard: Yard) -> None:
    code = yard.code()
    tick_until(code, lambda: code.is_ready)

    yard.started[0].kill()
    code.tick(10.0)
    tick_until(code, lambda: code.is_ready, 11.0)

    assert accepts(code.link)
    assert yard.said[0].startswith("the code server ended (signal 9); it is started again in 0.5 s")


def test_sockets_of_dead_code_servers_are_swept_and_living_ones_kept(yard: Yard) -> None:
    first = yard.code()
    tick_until(first, lambda: first.is_ready)
    living = first.link.resolve()
    dead = yard.folder / "code-77.sock"
    dead.touch()

    yard.code()

    assert not dead.exists()
    assert living.exists()
