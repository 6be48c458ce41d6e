from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.engine.processes import Child, last_lines, limit_log, rotate_log
from patience import until

SLEEPS = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(1200)"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    children = []

    def start(*argv: str) -> Child:
        child = Child(argv, log=tmp_path / "child.log", environment=os.environ, folder=tmp_path)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()


def test_what_a_child_says_is_in_its_log_and_how_it_ended_is_known(start: Callable[..., Child]) -> None:
    child = start(sys.executable, "-c", "import sys; print('out'); sys.stderr.write('err\\n'); sys.exit(7)")

    until(lambda: not child.is_alive)

    assert child.exit_code == 7
    assert sorted(child.last_lines().splitlines()) == ["err", "out"]


def test_ctrl_c_in_the_terminal_does_not_reach_a_child(start: Callable[..., Child]) -> None:
    child = start(*SLEEPS)

    assert os.getpgid(child.pid) == child.pid != os.getpgrp()


def test_a_child_of_a_background_shell_can_be_interrupted(start: Callable[..., Child]) -> None:
    """`up &` runs with SIGINT ignored; Dagster does on SIGTERM what SIGINT would do, so its servers never ended."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = start(*SLEEPS)
    finally:
        signal.signal(signal.SIGINT, before)
    until(lambda: child.last_lines() == "here")

    os.kill(child.pid, signal.SIGINT)

    until(lambda: not child.is_alive)


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), *SLEEPS], stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        until(lambda: last_lines(tmp_path / "log") == "here")

        supervisor.kill()

    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


PARENT = """
import os, sys, time
from pathlib import Path
from inspect_pipelines.engine.processes import Child
folder = Path(sys.argv[1])
print(Child(sys.argv[2:], log=folder / "log", environment=os.environ, folder=folder).pid, flush=True)
time.sleep(1200)
"""


def test_killing_a_child_takes_its_process_group_along(start: Callable[..., Child]) -> None:
    child = start("/bin/sh", "-c", "sleep 60 & echo $!; wait")
    until(lambda: child.last_lines())
    grandchild = psutil.Process(int(child.last_lines()))

    child.kill()

    assert not child.is_alive
    until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_child_appends_so_that_its_log_can_be_emptied_under_it(
    start: Callable[..., Child], tmp_path: Path
) -> None:
    child = start(
        sys.executable,
        "-uc",
        "import os, sys, time; print('a' * 3000)\nwhile not os.path.exists(sys.argv[1]): time.sleep(.02)\nprint('b')",
        str(tmp_path / "go-on"),
    )
    until(lambda: "aaa" in child.last_lines())

    limit_log(child.log, limit_bytes=1000)
    (tmp_path / "go-on").touch()
    until(lambda: not child.is_alive)

    assert child.log.read_text() == "b\n"
    assert (tmp_path / "child.log.1").read_text() == "a" * 3000 + "\n"


def test_a_log_within_its_limit_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("short")

    limit_log(log, limit_bytes=1000)
    limit_log(tmp_path / "missing.log")

    assert log.read_text() == "short"


def test_the_last_three_logs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    for number in range(5):
        rotate_log(log)
        log.write_text(str(number))

    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"x.log": "4", "x.log.1": "3", "x.log.2": "2", "x.log.3": "1"}


def test_last_lines_are_shown_without_colours_and_blank_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("first\n\n\x1b[32mgreen\x1b[0m\nlast\n\n")

    assert last_lines(log, 2) == "green\nlast"
    assert last_lines(tmp_path / "missing.log") == ""


def test_a_child_that_is_left_alone_is_no_zombie_and_no_warning_when_it_is_forgotten(tmp_path: Path) -> None:
    """`ResourceWarning: subprocess 4711 is still running` stood at the end of every test run: its Popen was dropped."""
    program = (
        "import subprocess, sys, gc\n"
        "from inspect_pipelines.engine.processes import leave_alone\n"
        "quick = subprocess.Popen([sys.executable, '-c', ''])\n"
        "slow = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(2)'])\n"
        "leave_alone(quick); leave_alone(slow); pid = quick.pid\n"
        "del quick, slow; gc.collect()\n"
        "import psutil, time\n"
        "while psutil.pid_exists(pid): time.sleep(0.01)\n"
    )

    told = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True, timeout=300
    )

    assert (told.returncode, told.stderr) == (0, "")
