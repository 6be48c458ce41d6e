from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from resources.disk.atomic import UNFINISHED, write_atomically

WRITER = """
import sys
from pathlib import Path
from resources.disk.atomic import write_atomically
print("ready", flush=True)
while True:
    for letter in "ab":
        write_atomically(Path(sys.argv[1]), letter * 200_000, is_durable=False)
"""


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_atomically(path, "a" * 200_000)
    seen: set[tuple[int, str]] = set()
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            text = path.read_text()
            seen.add((len(text), "".join(sorted(set(text)))))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(200):
        write_atomically(path, "ab"[number % 2] * 200_000, is_durable=False)
    is_over.set()
    reader.join()

    assert seen <= {(200_000, "a"), (200_000, "b")}
    assert [each.name for each in tmp_path.iterdir()] == ["note.json"]


def test_a_writer_that_is_killed_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            path_was_there = threading.Event()
            path_was_there.wait(0.1)
            writer.send_signal(signal.SIGKILL)

        text = path.read_text()
        assert (len(text), len(set(text))) == (200_000, 1)

    left = [each for each in tmp_path.iterdir() if each != path]
    assert all(each.name.startswith(".note.json.") and each.suffix == UNFINISHED for each in left)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_has_the_rights_that_were_asked_for_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "page.html", b"<!doctype html>", mode=mode)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == mode


@pytest.mark.parametrize("is_durable", [True, False])
def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, is_durable: bool
) -> None:
    (tmp_path / "note.json").mkdir()  # a folder cannot be replaced by a file

    with pytest.raises(OSError):
        write_atomically(tmp_path / "note.json", "new", is_durable=is_durable)

    assert [each.name for each in tmp_path.iterdir()] == ["note.json"]


def test_a_link_is_replaced_and_what_it_named_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "note.json").symlink_to(tmp_path / "theirs")

    write_atomically(tmp_path / "note.json", "ours")

    assert (tmp_path / "theirs").read_text() == "theirs"
    assert (tmp_path / "note.json").read_text() == "ours"


def test_a_name_as_long_as_a_folder_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)

    write_atomically(path, "all of it")

    assert path.read_text() == "all of it"
