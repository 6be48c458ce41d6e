"""Parts in forks of one process, beside the same parts as programs of their own: nobody can tell them apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.engine.processes import Child, last_lines
from inspect_pipelines.engine.stem.stem import Stem
from patience import until
from processes import lives
from resources.disk.lock import is_locked, take_lock

LOADED = "import os\nloaded_in = os.getpid()\nword = %r\n"
PART = """\
import os, signal, sys, time
if __name__ == "__main__":
    import loaded
    print(sys.argv[1:], os.getcwd(), os.environ["WORD"], loaded.word, __name__, flush=True)
    sys.stderr.write("err\\n")
    if loaded.loaded_in == os.getpid():
        print("alone", flush=True)
    while sys.argv[-1] == "stays":
        time.sleep(0.02)
    sys.exit(sys.argv[1] if sys.argv[1] == "a sentence" else int(sys.argv[1]))
"""
THREAD = "import threading, time\nthreading.Thread(target=time.sleep, args=[600], daemon=True).start()\n"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Modules of a user's, and the folder that parts work in."""
    folder = tmp_path / "code"
    folder.mkdir()
    for name, text in {"loaded": LOADED % "old", "part": PART, "thread": THREAD, "broken": "("}.items():
        (folder / f"{name}.py").write_text(text)
    return folder


Start = Callable[..., Child]


@contextmanager
def stem_of(code: Path, *modules: str) -> Iterator[tuple[Stem, Start]]:
    """What `start` starts has ended when the block ends."""
    environment = {**os.environ, "PYTHONPATH": str(code), "WORD": "said", "PYTHONDONTWRITEBYTECODE": "1"}
    stem, started = Stem(modules, environment, code.parent, code.parent), list[Child]()

    def start(*words: str, keep_open: tuple[int, ...] = ()) -> Child:
        started.append(stem.start("part", [sys.executable, "-m", "part", *words], keep_open))
        return started[-1]

    stem.renew()
    until(lambda: not stem.is_coming)
    try:
        yield stem, start
    finally:
        stem.end()
        for child in started:
            child.kill()


@pytest.mark.parametrize("modules", [("loaded", "part"), ("broken",)], ids=["a fork", "a program"])
def test_a_part_is_played_logged_and_known_by_its_end_as_python_would_play_it(
    code: Path, modules: tuple[str, ...]
) -> None:
    with stem_of(code, *modules) as (stem, start):
        is_fork = stem.is_ready
        child = start("7", "b c")
        until(lambda: not child.is_alive)

    said = [f"['7', 'b c'] {code.parent} said old __main__", "err", *([] if is_fork else ["alone"])]
    assert is_fork == (modules != ("broken",))
    assert sorted(child.last_lines(9).splitlines()) == sorted(said)
    assert child.exit_code == 7


def test_a_fork_is_our_child_in_a_group_of_its_own_and_shows_its_own_command_line(code: Path) -> None:
    with stem_of(code, "loaded", "part") as (_, start):
        child = start("0", "stays")
        until(lambda: "said" in child.last_lines())
        process = psutil.Process(child.pid)

        assert process.ppid() == os.getpid()
        assert os.getpgid(child.pid) == child.pid
        assert [word for word in process.cmdline() if word] == [sys.executable, "-m", "part", "0", "stays"]
        assert process.environ()["WORD"] == "said"
        assert "alone" not in child.last_lines()
        child.interrupt()
        until(lambda: not child.is_alive)
        assert child.exit_code == 130 or child.exit_code == -signal.SIGINT


def test_what_a_part_says_with_its_end_is_in_its_log(code: Path) -> None:
    with stem_of(code, "loaded", "part") as (_, start):
        child = start("a sentence")
        until(lambda: not child.is_alive)

    assert child.exit_code == 1
    assert child.last_lines(1) == "a sentence"


def test_what_a_fork_shall_keep_open_is_its_own(code: Path, tmp_path: Path) -> None:
    lock = take_lock(tmp_path / "lock")
    assert lock is not None
    with stem_of(code, "loaded", "part") as (_, start):
        child = start("0", "stays", keep_open=(lock,))
        os.close(lock)

        assert is_locked(tmp_path / "lock")
        child.kill()
        assert not is_locked(tmp_path / "lock")


def test_a_stem_that_was_killed_takes_no_part_along_and_the_next_one_is_a_program(code: Path) -> None:
    with stem_of(code, "loaded", "part") as (stem, start):
        first = start("0", "stays")
        growing = psutil.Process(stem.pid)
        growing.kill()
        until(lambda: not lives(growing))

        second = start("0", "stays")
        until(lambda: "alone" in second.last_lines())

        assert not stem.is_ready
        assert first.is_alive


def test_a_new_stem_has_the_code_that_is_on_the_disk_now(code: Path) -> None:
    with stem_of(code, "loaded", "part") as (stem, start):
        (code / "loaded.py").write_text(LOADED % "new")
        before = start("0")
        until(lambda: not before.is_alive)
        stem.renew()
        until(lambda: not stem.is_coming)
        after = start("0")
        until(lambda: not after.is_alive)

        assert stem.is_ready
        assert [line.split()[-2] for line in after.last_lines(9).splitlines() if "said" in line] == [
            "old",
            "new",
        ]


@pytest.mark.parametrize(
    ("module", "why"),
    [("thread", "a module has started a thread, which a fork would lose"), ("broken", "SyntaxError")],
)
def test_what_cannot_be_loaded_for_all_is_told_in_its_log(code: Path, module: str, why: str) -> None:
    with stem_of(code, module) as (stem, _):
        assert not stem.is_ready

    assert why in last_lines(code.parent / "stem.log")


def test_a_fork_ends_when_its_supervisor_is_killed(code: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(code)], stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout is not None
        part, growing = [psutil.Process(int(pid)) for pid in supervisor.stdout.readline().split()]

        supervisor.kill()

    until(lambda: not lives(part) and not lives(growing))


SUPERVISOR = """
import os, sys, time
from pathlib import Path
from inspect_pipelines.engine.stem.stem import Stem
code = Path(sys.argv[1])
environment = {**os.environ, "PYTHONPATH": str(code), "WORD": "said"}
stem = Stem(["loaded", "part"], environment, code.parent, code.parent)
stem.renew()
while stem.is_coming:
    time.sleep(0.02)
part = stem.start("part", [sys.executable, "-m", "part", "0", "stays"])
print(part.pid, stem.pid, flush=True)
time.sleep(1200)
"""
