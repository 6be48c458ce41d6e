"""Spares: the file that a publication replaced is kept, and made into the next one by writing only what is new.

Two files take turns under one name. Nobody is disturbed: a spare that somebody still has open, or has written to, is
left to them, and the next publication is a whole copy, as the first one is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from resources.disk.atomic import write_atomically
from resources.history import patch as patching

SMALL_BYTES = (
    16_000_000  # up to here a whole copy costs less than thinking about it, and takes no second place
)


@dataclass(frozen=True, slots=True)
class Spare:
    """The one of a published name.

    Args:
        target: The name.
        folder: Where the spare lies, on the same disk.
    """

    target: Path
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / f"spare-{self.target.name}"

    @property
    def _note(self) -> Path:
        return self.folder / f"spare-{self.target.name}.json"

    def patched(self, source: Path) -> int | None:
        """Make it equal to the source; returns the bytes written, None where it cannot be used, and is gone then."""
        if source.stat().st_size <= SMALL_BYTES or not self.path.exists():
            self.drop()
            return None
        looks, left = _looks(self.path), self._left()
        if looks not in left:
            self.drop()
            return None
        # a power cut may leave it neither old nor new: from here on it is not known any more until it is whole
        left.remove(looks)
        write_atomically(self._note, json.dumps(left), mode=0o644)
        done = subprocess.run(
            [sys.executable, "-I", "-S", patching.__file__, str(source), str(self.path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.drop()
            return None
        return int(done.stdout)

    def put(self, new: Path) -> None:
        """Put a file under the name, by rename, and keep the one that had it."""
        left = [_looks(new)]
        old = self.path.with_suffix(".old")
        old.unlink(missing_ok=True)
        if new.stat().st_size > SMALL_BYTES and self.target.exists():
            # only what is still as it was left here: a person may have written to it
            left += [looks for looks in self._left() if looks == _looks(self.target)]
            with suppress(OSError):  # a disk without links has no spares
                old.hardlink_to(self.target)
        new.replace(self.target)
        if old.exists():
            old.replace(self.path)
        with suppress(OSError):  # nor awaited: without it the next publication is a whole copy
            write_atomically(self._note, json.dumps(left), mode=0o644, is_durable=False)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)

    def _left(self) -> list[list[int]]:
        """What the files looked like when they were left."""
        try:
            found = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []


def _looks(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns]
