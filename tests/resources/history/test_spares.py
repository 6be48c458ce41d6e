"""A publication writes what is new: two files take turns under its name, and whoever has one open keeps it."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history_builders import Home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Unavailable
from resources.history import patch, spares
from resources.history.connection import open_writing
from resources.history.lease import Lease
from resources.history.live import LiveHistory

HOLD = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read") as connection:
    if sys.argv[2] == "write":
        connection.execute("CREATE TABLE mine AS SELECT range AS x FROM range(1000); CHECKPOINT")
    print("held")
    sys.stdin.readline()
    print(connection.execute("SELECT count(*) FROM automated_runs").fetchone()[0])
"""
Publish = Callable[..., int]


@pytest.fixture
def publish(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publish]:
    """End these runs and publish; returns the bytes that were written. Every history counts as a large one."""
    monkeypatch.setattr(spares, "SMALL_BYTES", 0)
    lease = Lease(home.history.places.lock)
    assert lease.take()
    live = LiveHistory(home.history.places, home.ledgers, home.clock)
    live.drain()
    live.close()
    with open_writing(
        home.history.places.live
    ) as connection:  # some years, of which nothing changes any more
        connection.execute(
            "INSERT INTO internal.findings (message) SELECT sha256(range::VARCHAR) FROM range(600_000)"
        )

    def publish(*numbers: int) -> int:
        home.finish(*numbers)
        live.drain()
        live.publish()
        return live.written_bytes

    yield publish
    live.close()
    lease.release()


def runs_in(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM automated_runs").fetchone()
        assert row is not None
        return int(row[0])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_from_the_third_publication_on_only_what_is_new_is_written(home: Home, publish: Publish) -> None:
    first, second, third = publish(1), publish(2), publish(3)

    places = home.history.places
    assert min(first, second) >= 2 * places.snapshot.stat().st_size * 0.7
    assert third < second / 2
    assert runs_in(places.published) == 3
    assert digest(places.snapshot) == digest(places.published)


def test_whoever_opened_an_older_publication_keeps_it_as_it_was(
    home: Home, publish: Publish, start_child: Callable[..., object]
) -> None:
    publish(1)
    publish(2)
    reader = start_child(HOLD, home.history.url(), "read")
    assert reader.stdout.readline() == "held\n"

    written = [publish(number) for number in (3, 4, 5, 6)]

    output, _ = reader.communicate("\n")
    assert output == "2\n"
    assert runs_in(home.history.places.published) == 6
    # the one that would have been made of the reader's file is a whole copy, the others are not
    whole = home.history.places.published.stat().st_size * 0.7
    assert [one >= whole for one in written] == [False, True, False, False]


def test_what_somebody_wrote_to_a_publication_never_comes_back(
    home: Home, publish: Publish, start_child: Callable[..., object]
) -> None:
    publish(1)
    publish(2)
    writer = start_child(HOLD, home.history.url(), "write")
    assert writer.stdout.readline() == "held\n"
    publish(3)
    writer.communicate("\n")

    publish(4)
    publish(5)

    places = home.history.places
    assert digest(places.snapshot) == digest(places.published)
    assert runs_in(places.published) == 5


def test_a_question_of_before_does_not_cost_a_whole_copy(home: Home, publish: Publish) -> None:
    publish(1)
    publish(2)
    home.history.ended_runs(DEFAULT_ORG)  # which holds the file open for the next question

    publish(3)
    written = publish(4)

    assert written < home.history.places.snapshot.stat().st_size / 2
    assert len(home.history.ended_runs(DEFAULT_ORG)) == 4


def test_a_copy_that_died_half_way_is_followed_by_a_whole_one(
    home: Home, publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(1)
    publish(2)
    deadly = tmp_path / "deadly.py"
    deadly.write_text(
        "import os, signal, sys\n"
        "with open(sys.argv[2], 'r+b') as file: file.seek(5000); file.write(b'half')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    monkeypatch.setattr(patch, "__file__", str(deadly))

    whole = publish(3)
    monkeypatch.undo()
    monkeypatch.setattr(spares, "SMALL_BYTES", 0)
    publish(4)

    places = home.history.places
    assert whole >= 2 * places.snapshot.stat().st_size * 0.7
    assert digest(places.snapshot) == digest(places.published)
    assert runs_in(places.published) == 4


def test_without_room_for_a_copy_the_last_publication_stays_and_the_next_one_is_whole(
    home: Home, publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(1)
    publish(2)
    full = tmp_path / "full.py"
    full.write_text("import errno, os; raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    copy = tools / "cp"
    copy.write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    copy.chmod(0o755)
    monkeypatch.setattr(patch, "__file__", str(full))
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    with pytest.raises(
        Unavailable, match=r"No space left on device; the last publication stays .* make room"
    ):
        publish(3)
    stayed = runs_in(home.history.places.published)
    monkeypatch.undo()
    monkeypatch.setattr(spares, "SMALL_BYTES", 0)
    publish(4)

    assert stayed == 2
    assert runs_in(home.history.places.published) == 4


def test_a_spare_that_is_not_as_it_was_left_is_not_used(home: Home, publish: Publish) -> None:
    publish(1)
    publish(2)
    for name in ("snapshot.duckdb", "history.duckdb"):
        with (home.history.places.folder / f"spare-{name}").open("ab") as file:
            file.write(b"more")

    written = publish(3)

    assert written >= 2 * home.history.places.snapshot.stat().st_size * 0.7
    assert runs_in(home.history.places.published) == 3


def test_a_small_history_has_no_spares(home: Home) -> None:
    for number in (1, 2, 3):
        home.finish(number)
        home.history.drain()

    assert not list(home.history.places.folder.glob("spare-*.duckdb"))


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**9), before=st.integers(0, 5), after=st.integers(0, 5))
def test_whatever_changed_the_files_are_equal_afterwards(seed: int, before: int, after: int) -> None:
    chance = random.Random(seed)

    def block(number: int) -> bytes:
        rest = chance.randbytes(16) * ((patch.BLOCK - patch.CHECKSUM) // 16)
        return hashlib.sha256(rest).digest()[: patch.CHECKSUM] + rest + b"\0" * 8

    old = [block(at)[: patch.BLOCK] for at in range(before)]
    new = [
        old[at] if at < before and chance.random() < 0.5 else block(at)[: patch.BLOCK] for at in range(after)
    ]
    headers = [chance.randbytes(patch.HEADERS) for _ in range(2)]
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        for file, parts in ((source, [headers[1], *new]), (target, [headers[0], *old])):
            file.write(b"".join(parts))
            file.flush()

        written = patch.patch(source.fileno(), target.fileno())

        source.seek(0)
        target.seek(0)
        assert source.read() == target.read()
        different = sum(at >= before or old[at] != one for at, one in enumerate(new))
        assert written == patch.HEADERS + different * patch.BLOCK
