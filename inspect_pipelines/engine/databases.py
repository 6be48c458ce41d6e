"""The database files that every process of this home holds open, and whether they are still the ones with these names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inspect_pipelines.errors import Unavailable


class Databases:
    """Files that may come into being, and must stay the same ones from then on.

    A process that holds SQLite's file open goes on writing into it after another file got its name (a backup that was
    moved over it): everything that is stored then is gone with the process.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._known: dict[Path, tuple[int, int]] = {}

    def check(self) -> None:
        """Look at each once.

        Raises:
            Unavailable: One was replaced or removed.
        """
        for path in self._files:
            now = _identity(path)
            before = self._known.get(path)
            if before is not None and now != before:
                what = "removed" if now is None else "replaced by another file"
                raise Unavailable(
                    f"{path} was {what} while it was in use, so everything is stopped: what is stored from now on would "
                    "be lost. Whoever brings back a copy stops `up` first; to go on with what lies there now: "
                    "inspect-pipelines up"
                )
            if now is not None:
                self._known[path] = now


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
