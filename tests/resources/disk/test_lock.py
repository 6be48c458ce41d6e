from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inspect_pipelines.errors import Refused
from resources.disk.lock import alone, is_locked, take_lock

HOLDER = """
import sys
from pathlib import Path
from resources.disk.lock import take_lock
held = take_lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_one_holds_it_and_another_is_refused_until_it_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    held = take_lock(path)
    refused = take_lock(path)
    os.close(held)
    again = take_lock(path)

    assert (held is None, refused, again is None) == (False, None, False)
    os.close(again)


def test_the_kernel_lets_go_however_a_holder_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        during = is_locked(path)
        holder.kill()
        holder.wait()

    assert (during, is_locked(path)) == (True, False)


def test_a_forked_child_that_closes_its_copy_leaves_the_parent_s_lock(tmp_path: Path) -> None:
    """The history's owner forks runs; LOCK_UN in one of them would free the lock of both, so nothing here says it."""
    path = tmp_path / "lock"
    held = take_lock(path)

    child = os.fork()
    if child == 0:
        os.close(held)
        os._exit(0)
    os.waitpid(child, 0)

    assert is_locked(path)
    os.close(held)


def test_several_share_it_and_nobody_has_it_alone_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    first, second = take_lock(path, is_shared=True), take_lock(path, is_shared=True)

    assert None not in (first, second)
    assert take_lock(path) is None
    os.close(first)
    os.close(second)


def test_who_waits_gets_it_when_the_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = take_lock(path)
    got: list[int | None] = []
    waiting = threading.Thread(target=lambda: got.append(take_lock(path, waits=True)))
    waiting.start()
    waiting.join(0.2)
    meanwhile = list(got)

    os.close(held)
    waiting.join(120)

    assert (meanwhile, len(got)) == ([], 1)
    os.close(got[0])


def test_who_only_looks_makes_no_file(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "lock")
    with pytest.raises(FileNotFoundError):
        take_lock(tmp_path / "lock", is_made=False)
    assert not (tmp_path / "lock").exists()


def test_a_program_that_the_holder_starts_does_not_keep_it(tmp_path: Path) -> None:
    """It has let go once it speaks: Linux wakes who started it a moment before it closes what the program must not have."""
    path = tmp_path / "lock"
    held = take_lock(path)
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False) as other:
        os.close(held)
        other.stdout.readline()
        assert not is_locked(path)
        other.communicate(b"\n")


def test_who_comes_second_is_told_why_and_the_first_lets_go_at_the_end_of_its_block(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    with alone(path, lambda: "another one works here"):
        with (
            pytest.raises(Refused, match="another one works here"),
            alone(path, lambda: "another one works here"),
        ):
            pytest.fail("two are alone")
        held = is_locked(path)

    assert (held, is_locked(path)) == (True, False)
