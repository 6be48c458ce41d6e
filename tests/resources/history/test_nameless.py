from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from resources.history.nameless import ADDRESS, Nameless

BLOCK = 4096


def blocks(path: Path, count: int) -> Nameless:
    """A file of that many blocks, each of which says its number over and over."""
    path.write_bytes(b"".join(number.to_bytes(2, "big") * (BLOCK // 2) for number in range(count)))
    return Nameless(path)


def test_a_thread_reads_where_it_went_although_another_went_elsewhere_meanwhile(tmp_path):
    """One of 30 SQL queries over the API failed, or was answered out of another block, which has a right checksum, too."""
    file = blocks(tmp_path / "copy", 3).open(ADDRESS)

    file.seek(2 * BLOCK)
    with ThreadPoolExecutor(1) as other:
        other.submit(file.seek, BLOCK).result()
        there = other.submit(file.read, 2).result()
    here = file.read(2)

    assert (here, there) == (b"\x00\x02", b"\x00\x01")


def test_many_threads_read_each_block_as_it_is(tmp_path):
    file = blocks(tmp_path / "copy", 200).open(ADDRESS)
    order = random.Random(3).choices(range(200), k=3000)

    def read(number: int) -> bool:
        file.seek(number * BLOCK)
        return bool(file.read(BLOCK) == number.to_bytes(2, "big") * (BLOCK // 2))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, order))


def test_reading_goes_on_where_it_ended_up_to_the_end(tmp_path):
    file = blocks(tmp_path / "copy", 2).open(ADDRESS)

    parts = [file.read(3), file.read(BLOCK), file.read(), file.read(5)]

    assert b"".join(parts) == (tmp_path / "copy").read_bytes()
    assert file.seek(-2, 2) == 2 * BLOCK - 2
    assert file.seek(1, 1) == file.tell() == 2 * BLOCK - 1
    assert (file.read(9), file.read(9)) == (b"\x01", b"")
