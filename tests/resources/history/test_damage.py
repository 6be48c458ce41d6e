"""A full disk, a damaged file: a sentence, nothing lost, and a way on."""

from __future__ import annotations

import pytest

from history_builders import a_home
from inspect_pipelines.errors import Unavailable, Unreadable
from resources.history.lease import Lease
from resources.history.rebuild import rebuild

DRAIN_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from history_builders import a_home
from inspect_pipelines.errors import InspectError
home = a_home(Path(sys.argv[1]))
with home.ledgers.read() as session: session.journal.head()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    home.history.drain()
    print("drained")
except InspectError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("room_kib", [16, 256, 600, 1000])
def test_a_disk_that_fills_up_while_draining_or_publishing_loses_nothing(home, start_child, room_kib):
    """No file may grow over the limit, as on a full disk; the limits meet different steps of a drain."""
    home.finish(1)
    home.history.drain()
    home.finish(*range(2, 302))

    child = start_child(DRAIN_WITHOUT_ROOM, home.path, room_kib * 1024)
    output, _ = child.communicate(timeout=300)

    assert output.startswith("Unavailable the run history "), output
    assert "make room on the disk" in output
    assert home.counts() == (301, 301, 0)


def test_a_damaged_live_file_is_told_and_rebuilt_from_its_publication_and_the_journal(home):
    home.finish(1, 2)
    home.history.drain()
    home.finish(3)
    home.history.places.live.write_bytes(b"damaged" * 4096)

    with pytest.raises(Unreadable, match=r"make it anew .* with: inspect-pipelines history rebuild"):
        home.history.drain()
    sentence = rebuild(home.path, home.ledgers, home.clock)

    assert "from its last publication and the journal up to row 3; the old file is kept as " in sentence
    assert home.counts() == (3, 3, 0)
    home.finish(4)
    assert home.counts() == (4, 4, 0)


def test_a_rebuild_keeps_what_the_journal_has_forgotten(home):
    home.finish(1, 2)
    home.history.drain()
    with home.ledgers.write() as session:
        session.journal.prune(before=home.clock.now(), up_to_seq=2)
        assert session.journal.after(0) == []
    home.finish(3)
    home.history.places.live.unlink()

    rebuild(home.path, home.ledgers, home.clock)

    assert home.counts() == (3, 3, 0)


def test_a_lost_live_file_is_never_taken_for_an_empty_history(home):
    """An owner that finds nothing would begin anew at row 0 and publish an all but empty history over the good one."""
    home.finish(1, 2)
    home.history.drain()
    with home.ledgers.write() as session:
        session.journal.prune(before=home.clock.now(), up_to_seq=2)
    home.history.places.live.unlink()
    home.finish(3)

    with pytest.raises(Unreadable, match=r"is gone, .* inspect-pipelines history rebuild"):
        home.history.drain()

    rebuild(home.path, home.ledgers, home.clock)
    assert home.counts() == (3, 3, 0)


def test_a_rebuild_without_a_readable_snapshot_goes_on_from_the_published_copy(home):
    home.finish(1, 2)
    home.history.drain()
    home.history.places.live.write_bytes(b"damaged" * 4096)
    home.history.places.snapshot.write_bytes(b"damaged" * 4096)

    sentence = rebuild(home.path, home.ledgers, home.clock)

    assert "from the published copy" in sentence
    assert home.counts() == (2, 2, 0)


def test_a_rebuild_without_any_readable_copy_replays_the_journal(home):
    home.finish(1, 2)
    home.history.drain()
    for copy in (home.history.places.live, home.history.places.snapshot, home.history.places.published):
        copy.write_bytes(b"damaged" * 4096)

    sentence = rebuild(home.path, home.ledgers, home.clock)

    assert "from the ledger alone" in sentence
    assert home.counts() == (2, 2, 0)


def test_a_rebuild_of_a_sound_history_changes_no_fact(home):
    home.finish(1, 2)
    before = home.rows("SELECT * FROM comparisons ORDER BY ALL")

    rebuild(home.path, home.ledgers, home.clock)

    assert home.rows("SELECT * FROM comparisons ORDER BY ALL") == before


def test_a_rebuild_is_refused_while_another_process_owns_the_history(home):
    home.finish(1)
    owner = Lease(home.history.places.lock)
    assert owner.take()

    with pytest.raises(Unavailable, match="cannot be rebuilt while another process owns it"):
        rebuild(home.path, home.ledgers, home.clock)

    owner.release()


def test_a_live_file_with_a_wrong_checksum_is_told_as_damage(home):
    """DuckDB raises its plainest error for it, which once came through as a traceback."""
    home.finish(*range(1, 40))
    home.history.drain()
    live = home.history.places.live
    damaged = bytearray(live.read_bytes())
    damaged[4096 + 100] ^= 0xFF
    live.write_bytes(bytes(damaged))
    home.finish(40)

    with pytest.raises(Unreadable, match="inspect-pipelines history rebuild"):
        home.history.drain()


def test_a_live_file_cut_short_is_told_as_damage(home):
    home.finish(*range(1, 40))
    home.history.drain()
    live = home.history.places.live
    live.write_bytes(live.read_bytes()[:5000])
    home.finish(40)

    with pytest.raises(Unreadable, match="inspect-pipelines history rebuild"):
        home.history.drain()

    rebuild(home.path, home.ledgers, home.clock)
    assert home.counts() == (40, 40, 0)


def test_a_second_home_is_not_confused_by_a_first(tmp_path):
    first, second = a_home(tmp_path / "one"), a_home(tmp_path / "two")
    first.finish(1, 2)
    second.finish(1)

    assert first.counts() == (2, 2, 0)
    assert second.counts() == (1, 1, 0)
    first.ledgers.close()
    second.ledgers.close()
