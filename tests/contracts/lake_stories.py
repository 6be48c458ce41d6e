"""What lakes promise beyond the contract; `test_lake.py` has it played by the Python that can open them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from history_builders import Home, a_home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Overtaken, Refused, Unavailable
from lakes import ROOT, a_lake
from object_storage import BUCKET, KEY, SECRET
from resources.history.checksums import checksums
from resources.history.connection import open_lake
from resources.history.lake import Lake
from resources.history.lake_store import LakeHistory
from resources.history.lake_upkeep import tidy
from resources.history.lease import holding
from resources.history.moving import Moving
from resources.history.projector import Projector

KILLED = """
import json, os, signal, sys
from pathlib import Path
from history_builders import a_home
from resources.history import moving
from resources.history.lake import Lake

path, lake, deed, place = Path(sys.argv[1]), Lake(**json.loads(sys.argv[2])), sys.argv[3], sys.argv[4]
home = a_home(path)
setattr(moving, place, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
getattr(moving.Moving(path, lake, home.ledgers, home.clock), deed)()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = a_home(tmp_path)
    yield home
    home.ledgers.close()


def in_lake(home: Home, lake: Lake) -> Home:
    return replace(home, history=LakeHistory(lake, home.path, home.ledgers, home.clock))


def killed(home: Home, lake: Lake, deed: str, place: str) -> None:
    """A move by another process, which dies where it would call that."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.path), json.dumps(asdict(lake)), deed, place],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


def test_a_history_moves_into_a_lake_and_back_and_a_kill_on_the_way_loses_nothing(
    home: Home, lake: Lake
) -> None:
    home.finish(1, 2, 3)
    home.history.drain()
    before = checksums(home.history.places.live)
    moving = Moving(home.path, lake, home.ledgers, home.clock)

    for place in ("_checked", "note_moved"):  # before it is committed, and after
        killed(home, lake, "to_lake", place)
        assert home.counts() == (3, 3, 0)
    moved = moving.to_lake()

    assert (moved.rows["automated_runs"], moved.rows["comparisons"]) == (3, 60)
    assert checksums(lake) == before
    for ask in (home.counts, moving.to_lake, lambda: home.history.ended_runs(DEFAULT_ORG)):
        with pytest.raises(Refused, match="was moved to ducklake:postgres:dbname="):
            ask()

    there = in_lake(home, lake)
    there.finish(4)
    assert there.counts() == (4, 4, 0)
    for place in ("_checked", "say_moved"):
        killed(home, lake, "to_file", place)
        assert there.counts() == (4, 4, 0)
    moving.to_file()

    assert checksums(home.history.places.live) == checksums(lake)
    with pytest.raises(Refused, match="was moved from the lake"):
        there.history.drain()
    home.finish(5)
    assert home.counts() == (5, 5, 0)


def test_a_lakes_files_may_lie_in_a_bucket(
    home: Home, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server, endpoint = request.config.getoption("lake"), request.config.getoption("bucket")
    bucket = {
        "data": f"s3://{BUCKET}/lake-{home.path.name}",
        "endpoint": endpoint,
        "key": KEY,
        "secret": SECRET,
    }
    lake = a_lake(server, "in_a_bucket", tmp_path, **bucket)
    there = in_lake(home, lake)

    there.finish(1, 2)

    assert there.counts() == (2, 2, 0)
    with open_lake(lake) as connection:
        files = connection.execute(f"SELECT file FROM glob('{lake.data}**/*.parquet')").fetchall()
        told = connection.execute("SELECT * FROM duckdb_secrets()").fetchall()
    assert len(files) > 4
    assert SECRET not in str(told)
    asked_by_nobody = replace(
        there, history=LakeHistory(replace(lake, secret="wrong"), home.path, home.ledgers, home.clock)
    )
    with pytest.raises(Unavailable, match="files of the run history cannot be read now: HTTP Error"):
        asked_by_nobody.counts()


def test_an_owner_that_was_overtaken_writes_nothing_any_more(home: Home, lake: Lake) -> None:
    home.finish(1, 2)
    with home.ledgers.read() as across:
        rows, epoch = across.journal.after(0, 10), across.journal.numbers().epoch
    with open_lake(lake) as stalled, open_lake(lake) as awake:
        old, new = Projector(stalled, 5), Projector(awake, 6)
        new.apply(rows[:1], epoch)

        with pytest.raises(Overtaken, match="taken over by another machine"):
            old.apply(rows, epoch)

        new.apply(rows[1:], epoch)
    assert in_lake(home, lake).counts() == (2, 2, 0)


def test_a_lake_of_another_ledger_is_left_alone(home: Home, lake: Lake, tmp_path: Path) -> None:
    there = in_lake(home, lake)
    there.finish(1)
    there.history.drain()
    (tmp_path / "other").mkdir()
    other = a_home(tmp_path / "other")
    other.finish(2, 3)

    with pytest.raises(Refused, match="holds the facts of another ledger"):
        Moving(other.path, lake, other.ledgers, other.clock).to_lake()
    with pytest.raises(Refused, match="holds the facts of another ledger"):
        in_lake(other, lake).history.drain()

    assert there.counts() == (1, 1, 0)
    other.ledgers.close()


def test_what_cannot_be_reached_is_told_and_waits(home: Home, lake: Lake) -> None:
    gone = in_lake(home, replace(lake, catalogue=lake.catalogue.replace("dbname=", "dbname=no_")))
    home.finish(1)

    with pytest.raises(Unavailable, match=r"cannot be used now: .*; nothing is lost"):
        gone.history.drain()
    with pytest.raises(Unavailable, match=r"cannot be used now: .*; nothing is lost"):
        gone.history.rebuild()

    assert in_lake(home, lake).counts() == (1, 1, 0)


def test_a_lake_that_lost_a_file_is_made_anew_and_the_old_one_is_kept(home: Home, lake: Lake) -> None:
    there = in_lake(home, lake)
    there.finish(1, 2)
    there.history.drain()
    assert there.history.rebuild().startswith(f"the lake {lake} is whole; of 0 runs")
    assert there.counts() == (2, 2, 0)
    files = sorted(Path(lake.data).rglob("*.parquet"))
    lost = next(file for file in files if "comparisons" in str(file))
    lost.unlink()

    said = there.history.rebuild()

    assert f'had lost a file (IO Error: Cannot open file "{lost}"' in said
    assert there.counts() == (2, 2, 0)
    with open_lake(lake) as connection:
        tidy(connection, home.clock.now() + timedelta(hours=2))
    assert [file for file in files if not file.exists()] == [lost]


def test_a_lake_is_not_made_anew_under_its_owner(home: Home, lake: Lake) -> None:
    there = in_lake(home, lake)

    with holding(home.history.places.lock), pytest.raises(Unavailable, match="while another process owns it"):
        there.history.rebuild()
