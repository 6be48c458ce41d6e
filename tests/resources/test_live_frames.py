"""Live frames between processes: the newest one, for as long as it is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspect_pipelines.domain.ids import RunId
from resources.live_frames import FRESH, MOST_BYTES, FolderLiveFrames

RUN, OTHER = RunId("01900000-0000-7000-8000-000000000001"), RunId("01900000-0000-7000-8000-000000000002")


class Watch:
    """The time as somebody has it who looks later."""

    def __init__(self) -> None:
        self.later = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def frames(tmp_path: Path, watch: Watch) -> FolderLiveFrames:
    return FolderLiveFrames(tmp_path / "run" / "live", watch.now)


def test_the_newest_frame_is_there_with_its_time_and_nobody_elses(
    frames: FolderLiveFrames, watch: Watch
) -> None:
    frames.put(RUN, b"one")
    frames.put(RUN, b"two")

    found = frames.newest(RUN)

    assert found is not None
    assert found.jpeg == b"two"
    assert watch.now() - found.at < timedelta(seconds=60)
    assert [one.name for one in frames.folder.iterdir()] == [f"{RUN}.jpg"]
    assert frames.newest(OTHER) is None


def test_one_that_somebody_left_who_died_is_not_shown(frames: FolderLiveFrames, watch: Watch) -> None:
    frames.put(RUN, b"one")

    watch.later = 2 * FRESH

    assert frames.newest(RUN) is None


def test_with_a_session_its_frame_goes_and_what_killed_ones_have_left(
    frames: FolderLiveFrames, watch: Watch
) -> None:
    frames.put(OTHER, b"left")
    (frames.folder / ".half.jpg.tmp").write_bytes(b"left")
    frames.drop(OTHER)
    frames.put(OTHER, b"left by a killed one")

    watch.later = 2 * FRESH
    frames.drop(RUN)

    assert [*frames.folder.iterdir()] == []


@pytest.mark.parametrize("name", ["../../ledger", "a/b", "", ".", "x" * 65])
def test_a_name_that_is_no_runs_names_no_file(frames: FolderLiveFrames, name: str) -> None:
    frames.put(RUN, b"one")

    assert frames.newest(RunId(name)) is None


def test_a_frame_that_is_too_large_is_left_out(frames: FolderLiveFrames) -> None:
    frames.put(RUN, b"x" * (MOST_BYTES + 1))

    assert frames.newest(RUN) is None
