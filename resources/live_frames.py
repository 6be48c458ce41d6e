"""Live frames in a folder: one small file a run, replaced as a whole, and gone with its session."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.live_frames import LiveFrame
from resources.disk.atomic import UNFINISHED, write_atomically

FRESH = timedelta(seconds=10)  # an older one was left by somebody who died, or whose page hangs
MOST_BYTES = 1_000_000  # a window of noise, as large as the mirror makes them, has a third of it
NAME = re.compile(r"[0-9A-Za-z-]{1,64}")  # of a run, so that it is the name of a file and nothing else


class FolderLiveFrames:
    """`ports.LiveFrames` between the processes of one machine, by the files' own times.

    Args:
        folder: Where they are; made when the first one comes.
        now: What time it is.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._now = now

    def newest(self, run_id: RunId) -> LiveFrame | None:
        at = self.seen_at(run_id)
        if at is None:
            return None
        try:
            return LiveFrame(self._path(run_id).read_bytes(), at)
        except OSError:  # its session has just ended
            return None

    def seen_at(self, run_id: RunId) -> datetime | None:
        if not NAME.fullmatch(run_id):
            return None
        try:
            at = datetime.fromtimestamp(self._path(run_id).stat().st_mtime, UTC)
        except OSError:
            return None
        return at if self._now() - at <= FRESH else None

    def put(self, run_id: RunId, jpeg: bytes) -> None:
        """Replace what a run shows; one that is too large is left out."""
        if len(jpeg) > MOST_BYTES:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path(run_id), jpeg, is_durable=False)

    def drop(self, run_id: RunId) -> None:
        """A run shows nothing any more; what sessions that were killed have left goes with it."""
        with suppress(OSError):
            self._path(run_id).unlink(missing_ok=True)
        for each in self._left():
            with suppress(OSError):
                if self._now() - datetime.fromtimestamp(each.stat().st_mtime, UTC) > FRESH:
                    each.unlink(missing_ok=True)

    def _left(self) -> list[Path]:
        with suppress(OSError):
            return [each for each in self.folder.iterdir() if each.suffix in (".jpg", UNFINISHED)]
        return []

    def _path(self, run_id: RunId) -> Path:
        return self.folder / f"{run_id}.jpg"
