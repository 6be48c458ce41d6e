"""Whether our code has changed on disk, so that what was loaded has to be loaded again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import inspect_pipelines

LOOK_EVERY_SECONDS = 2.0  # 250 files: a millisecond
PACKAGES = ("inspect_pipelines", "assets", "sensors", "resources")


def our_folders() -> list[Path]:
    """The folders of our packages, which lie beside each other wherever they are installed."""
    place = Path(next(iter(inspect_pipelines.__path__))).parent
    return [place / name for name in PACKAGES]


class Sources:
    """Looks at the modules of some folders now and then.

    A change counts when two looks in a row see the same: an editor, a checkout or pip writes one file after the other.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._loaded = self._seen = self._look()
        self._looked_at = 0.0  # monotonic seconds

    def have_changed(self, now: float) -> bool:
        """True once for each change, at most every two seconds."""
        if now - self._looked_at < LOOK_EVERY_SECONDS:
            return False
        self._looked_at = now
        before, self._seen = self._seen, self._look()
        if self._seen == before != self._loaded:
            self._loaded = self._seen
            return True
        return False

    def _look(self) -> frozenset[tuple[str, int, int]]:
        found = set()
        for folder in self._folders:
            for entry in modules(folder):
                with suppress(FileNotFoundError):
                    state = entry.stat()
                    found.add((entry.path, state.st_mtime_ns, state.st_size))
        return frozenset(found)


def modules(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        yield from modules(Path(entry.path))
                elif entry.name.endswith((".py", ".sql", ".js", ".j2")):
                    yield entry
    except FileNotFoundError:  # an installer moves whole folders
        return
