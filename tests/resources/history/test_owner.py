from __future__ import annotations

import os
import signal

import pytest

from history_builders import a_home
from inspect_pipelines.web.duties.historian import Historian
from patience import until
from resources.history.lease import Lease
from resources.history.owner import Owner


@pytest.fixture
def owner(home):
    return Owner(home.path, home.ledgers, home.clock)


@pytest.fixture
def historian(owner):
    historian = Historian(owner)
    yield historian
    historian.stop()


def test_a_historian_takes_facts_in_by_itself_and_publishes_when_asked(home, owner, historian):
    historian.start()
    home.finish(1)
    until(lambda: owner.status.applied_seq == 1)
    assert owner.status.is_owner

    home.finish(2, 3)

    assert not home.history.drain()  # the historian holds the lease ..
    assert home.counts() == (3, 3, 0)  # .. and publishes because a query waits
    until(lambda: not home.history.places.wanted.exists())  # asked twice, when the query looked in between


def test_a_historian_publishes_seldom_by_itself_and_once_more_when_it_stops(home, owner, historian):
    home.finish(1)
    historian.start()
    until(lambda: owner.status.published_seq == 1)
    home.finish(2)
    until(lambda: owner.status.applied_seq == 2)
    assert owner.status.published_seq == 1

    historian.stop()

    assert owner.status.published_seq == 2
    assert not owner.status.is_owner
    assert home.history.drain()


def test_a_query_does_not_wait_longer_than_its_patience_for_a_busy_owner(home):
    home.finish(1)
    home.history.drain()
    home.finish(2)
    busy = Lease(home.history.places.lock)
    assert busy.take()

    answer = home.history.query("SELECT count(*) FROM automated_runs", fresh_within_seconds=0.1)

    assert answer.rows == ((1,),)
    assert home.history.places.wanted.exists()
    busy.release()


def test_a_historian_waits_for_the_lease_and_takes_over_within_seconds(home, owner, historian):
    other = Lease(home.history.places.lock)
    assert other.take()
    historian.start()
    home.finish(1)
    until(lambda: historian.problem == "" and not owner.status.is_owner)

    other.release()

    until(lambda: owner.status.applied_seq == 1)


RUN_A_HISTORIAN = """
import sys, time
from pathlib import Path
from history_builders import a_home
from inspect_pipelines.web.duties.historian import Historian
from resources.history.owner import Owner
home = a_home(Path(sys.argv[1]))
owner = Owner(home.path, home.ledgers, home.clock)
historian = Historian(owner)
historian.start()
while not owner.status.is_owner: time.sleep(0.01)
print("owner")
sys.stdin.readline()
"""


def test_the_lease_of_a_killed_historian_is_free_at_once_and_nothing_is_lost(
    home, owner, historian, start_child
):
    first = start_child(RUN_A_HISTORIAN, home.path)
    assert first.stdout.readline().strip() == "owner"
    home.finish(1, 2)
    historian.start()

    first.send_signal(signal.SIGKILL)
    home.finish(3)

    until(lambda: owner.status.applied_seq == 3)
    assert home.counts() == (3, 3, 0)


def test_a_forked_child_neither_owns_the_history_nor_keeps_its_lease_alive(home, owner, historian):
    home.finish(1)
    historian.start()
    until(lambda: owner.status.applied_seq == 1)
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os._exit(0 if os.read(reader, 1) and not owner.status.is_owner else 1)
    home.finish(2)
    until(lambda: owner.status.applied_seq == 2)  # the parent goes on as before
    historian.stop()
    assert Lease(home.history.places.lock).take()  # though the child still lives

    os.write(writer, b"x")
    assert os.waitpid(child, 0)[1] == 0


def test_a_forked_child_uses_its_own_connections_to_the_ledger(home):
    home.finish(1)

    child = os.fork()
    if child == 0:
        home.finish(2)
        os._exit(0)
    home.finish(3)
    assert os.waitpid(child, 0)[1] == 0

    assert home.counts() == (3, 3, 0)


def test_a_historian_survives_a_damaged_file_says_so_and_recovers(home, owner, historian, caplog):
    home.finish(1)
    home.history.drain()
    good = home.history.places.live.read_bytes()
    home.history.places.live.write_bytes(b"damaged" * 4096)
    home.finish(2)

    historian.start()
    until(lambda: "inspect-pipelines history rebuild" in historian.problem)
    mended = home.history.places.live.with_suffix(
        ".mended"
    )  # by a rename: half of a file is damaged in another way
    mended.write_bytes(good)
    mended.replace(home.history.places.live)
    until(lambda: historian.problem == "")

    assert owner.status.applied_seq == 2
    assert [record.name for record in caplog.records] == [
        "inspect_pipelines.web.duties.duty"
    ]  # once, not every second


OPEN_EVERYTHING = """
import sys, threading
from pathlib import Path
from history_builders import a_home
from inspect_pipelines.web.duties.historian import Historian
from resources.history.owner import Owner
from resources.history.rebuild import rebuild

opened = []
def note(event, arguments):
    if event == "open" and str(arguments[0]).endswith(("live.duckdb", "live.duckdb.wal")):
        opened.append(arguments[0])
sys.addaudithook(note)

home = a_home(Path(sys.argv[1]))
home.finish(1)
home.history.drain()
home.counts()
owner = Owner(home.path, home.ledgers, home.clock, publish_every_seconds=0)
historian = Historian(owner)
historian.start()
home.finish(2, 3)
home.counts()
historian.stop()
rebuild(home.path, home.ledgers, home.clock)
assert home.counts() == (3, 3, 0)
print("opened", opened)
open(home.history.places.live).close()
print("opened", len(opened))
"""


def test_the_owner_never_opens_the_live_file_itself(tmp_path, start_child):
    """Closing any descriptor of it would silently drop DuckDB's POSIX lock, and a second writer would corrupt it."""
    child = start_child(OPEN_EVERYTHING, tmp_path)

    output, _ = child.communicate(timeout=300)

    assert output.splitlines() == [
        "opened []",
        "opened 1",
    ]  # the second line: the hook does see such an opening


def test_two_homes_have_two_leases(tmp_path):
    first, second = a_home(tmp_path / "a"), a_home(tmp_path / "b")
    lease = Lease(first.history.places.lock)
    assert lease.take()
    second.finish(1)

    assert second.history.drain()

    lease.release()
    second.ledgers.close()
