from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.state import (
    UpState,
    forget_state,
    lock_path,
    read_state,
    state_path,
    write_state,
)

STATE = UpState(12, "2026-11-22T07:00:00+00:00", "http://127.0.0.1:8460", None, {"web": 13})


@contextmanager
def an_up_at_work(home: Path) -> Iterator[None]:
    """The lock that a supervisor holds; flock tells two descriptors of one process apart."""
    with lock_path(home).open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def test_what_up_says_can_be_read_by_the_command_line_until_it_is_forgotten(tmp_path: Path) -> None:
    ensure_instance(tmp_path)

    with an_up_at_work(tmp_path):
        write_state(tmp_path, STATE)
        read = read_state(tmp_path)
        forget_state(tmp_path)

        assert read == STATE
        assert read_state(tmp_path) is None


def test_what_a_killed_supervisor_left_behind_is_not_believed(tmp_path: Path) -> None:
    """Another home's Dagster UI may answer at that port by now, and would get our runs."""
    ensure_instance(tmp_path)
    with an_up_at_work(tmp_path):
        write_state(tmp_path, STATE)

    assert read_state(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"other": 1}'])
def test_a_state_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    ensure_instance(tmp_path)
    state_path(tmp_path).write_text(text)

    with an_up_at_work(tmp_path):
        assert read_state(tmp_path) is None
