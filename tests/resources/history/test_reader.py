from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from resources.history.reader import Reader

ASKED = "SELECT max(number) FROM numbers"


def a_file(path: Path, number: int) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE numbers AS SELECT range AS number FROM range({number + 1})")
    return path


def asked(reader: Reader) -> int:
    with reader.asking() as cursor:
        return int(cursor.execute(ASKED).fetchall()[0][0])


def test_one_file_is_opened_once_for_many_questions(tmp_path):
    reader = Reader(a_file(tmp_path / "copy", 7))

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(asked, [reader] * 40))

    assert found == {7}
    assert open_files(tmp_path / "copy") == 1


def test_a_file_that_took_its_place_is_seen_and_the_one_before_let_go(tmp_path):
    reader = Reader(a_file(tmp_path / "copy", 7))
    asked(reader)

    a_file(tmp_path / "next", 8).replace(tmp_path / "copy")

    assert asked(reader) == 8
    assert open_files(tmp_path / "copy") == 1
    assert not any("(deleted)" in name for name in opened() if str(tmp_path) in name)


def test_a_question_that_is_being_answered_keeps_the_file_that_it_asked(tmp_path):
    reader = Reader(a_file(tmp_path / "copy", 7))

    with reader.asking() as cursor:
        a_file(tmp_path / "next", 8).replace(tmp_path / "copy")
        assert asked(reader) == 8
        old = cursor.execute(ASKED).fetchall()

    assert old == [(7,)]
    assert asked(reader) == 8


def test_a_question_that_failed_spoils_none_of_the_next(tmp_path):
    reader = Reader(a_file(tmp_path / "copy", 7))

    with pytest.raises(duckdb.Error), reader.asking() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")

    assert asked(reader) == 7


def test_after_a_block_that_could_not_be_read_the_file_is_opened_anew(tmp_path):
    """An instance that met a damaged block refuses whatever it is asked from then on."""
    reader = Reader(a_file(tmp_path / "copy", 7))
    with reader.asking() as cursor:
        cursor.execute("CREATE TABLE memory.main.of_this_instance (number INTEGER)")

    with pytest.raises(duckdb.FatalException), reader.asking():
        raise duckdb.FatalException("a block was written with a mode that is not recognized")

    with reader.asking() as cursor:
        assert cursor.execute("SHOW TABLES FROM memory.main").fetchall() == []


def test_a_fork_waits_for_nobody_and_asks_by_a_connection_of_its_own(tmp_path):
    """A child that used its parent's would wait for threads that it does not have."""
    reader = Reader(a_file(tmp_path / "copy", 7))
    asked(reader)

    child = os.fork()
    if child == 0:
        os._exit(asked(reader))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 7
    assert asked(reader) == 7


def test_times_are_in_utc_for_each_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    reader = Reader(a_file(tmp_path / "copy", 7))
    zones = []

    def look() -> None:
        with reader.asking() as cursor:
            zones.extend(cursor.execute("SELECT current_setting('TimeZone')").fetchall())

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert zones == [("UTC",)] * 3


def test_a_file_that_is_none_is_said_at_each_question(tmp_path):
    (tmp_path / "copy").write_bytes(b"not a database" * 1000)
    reader = Reader(tmp_path / "copy")

    for _ in range(2):
        with pytest.raises(duckdb.Error), reader.asking():
            pass

    shutil.move(a_file(tmp_path / "next", 8), tmp_path / "copy")
    assert asked(reader) == 8


def opened() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


def open_files(path: Path) -> int:
    return opened().count(str(path))
