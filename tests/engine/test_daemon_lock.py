from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inspect_pipelines.engine.daemon_lock import daemon_is_alive, take_daemon_lock, touch_daemon_lock

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_dead_lock(folder: Path, *, last_alive: datetime) -> Path:
    path = folder / "daemon.lock"
    os.close(take_daemon_lock(path))
    os.utime(path, (last_alive.timestamp(), last_alive.timestamp()))
    return path


def test_without_lock_and_heartbeat_nobody_takes_runs_from_the_queue(tmp_path: Path) -> None:
    assert not daemon_is_alive(tmp_path / "daemon.lock", None, now=NOW)


def test_a_daemon_that_up_did_not_start_is_known_by_its_heartbeat(tmp_path: Path) -> None:
    assert daemon_is_alive(tmp_path / "daemon.lock", ago(40), now=NOW)
    assert not daemon_is_alive(tmp_path / "daemon.lock", ago(80), now=NOW)


def test_a_daemon_started_by_hand_after_up_was_stopped_is_believed(tmp_path: Path) -> None:
    lock = a_dead_lock(tmp_path, last_alive=ago(60))

    assert daemon_is_alive(lock, ago(20), now=NOW)


def test_the_last_heartbeat_of_a_daemon_that_up_has_stopped_is_not_believed(tmp_path: Path) -> None:
    lock = a_dead_lock(tmp_path, last_alive=ago(20))

    assert not daemon_is_alive(lock, ago(10), now=NOW)


def test_asking_leaves_the_lock_to_the_next_daemon(tmp_path: Path) -> None:
    lock = a_dead_lock(tmp_path, last_alive=ago(20))

    daemon_is_alive(lock, None, now=NOW)

    os.close(take_daemon_lock(lock))  # raises when somebody holds it


def test_touching_the_lock_notes_that_the_daemon_was_alive(tmp_path: Path) -> None:
    lock = a_dead_lock(tmp_path, last_alive=ago(3600))

    touch_daemon_lock(lock)

    assert lock.stat().st_mtime > ago(3600).timestamp()
