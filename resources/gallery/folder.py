"""The gallery: PNGs in a folder, each named by the sha256 of its bytes, so that a re-shot identical screen costs nothing.

Beside a run's picture lie its row hashes (`ab/<sha>.rows`), by which equal pixels under other bytes are known undecoded.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from inspect_pipelines.ports.gallery import Stat
from resources.disk.atomic import write_atomically
from resources.disk.lock import take_lock
from resources.gallery.png import HEADER_BYTES, check, dimensions, packed_rows, shrunk

SHA256 = re.compile(r"[0-9a-f]{64}")
KEPT_WITH_IT = (".png", ".rows")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class FolderGallery:
    """Pictures under one folder: `ab/<sha>.png`, thumbnails under `thumbs/`; safe for many processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        """Store a PNG, atomically and once, after checking that it is whole and within the caps."""
        check(png)
        sha256 = Sha256(hashlib.sha256(png).hexdigest())
        path = self.path(sha256)
        rows = None
        if with_rows and not self._rows_path(sha256).exists():
            rows = packed_rows(png)
        with self._lock(is_shared=True):
            if rows is not None:
                self._write(self._rows_path(sha256), rows)
            if _holds(path, png):
                os.utime(path)  # young again: `prune` leaves alone what a run has just shot
            else:  # not there, or damaged since: the same picture heals it
                self._write(path, png)
        return sha256

    def rows(self, sha256: Sha256) -> bytes | None:
        """The row hashes that were kept with a picture; None when there are none, or they cannot be read."""
        try:
            return self._rows_path(sha256).read_bytes()
        except OSError:
            return None  # the picture itself says the same, a decode later

    def get(self, sha256: Sha256) -> bytes:
        """The stored bytes, verified against their name."""
        path = self.path(sha256)
        try:
            png = path.read_bytes()
        except FileNotFoundError as error:
            raise self._missing(sha256) from error
        except OSError as error:
            raise Unavailable(f"picture {str(path)!r} cannot be read: {error.strerror}") from error
        if hashlib.sha256(png).hexdigest() != sha256:
            raise Unreadable(
                f"picture {str(path)!r} is damaged: its bytes are not what its name says; "
                f"the fault is in our storage, not on the site; put the file back from a backup, or let a run shoot "
                f"the same picture again, which mends it"
            )
        return png

    def path(self, sha256: Sha256) -> Path:
        """Where a picture lies or would lie; nothing but 64 hex digits names one, so no name leaves the folder."""
        if not SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256!r} names no picture; a name has 64 digits 0-9a-f")
        return self._folder / sha256[:2] / f"{sha256}.png"

    def open(self, sha256: Sha256) -> BinaryIO:
        """The stored bytes as a file, not verified."""
        path = self.path(sha256)
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise self._missing(sha256) from error
        except OSError as error:
            raise Unavailable(f"picture {str(path)!r} cannot be read: {error.strerror}") from error

    def stat(self, sha256: Sha256) -> Stat:
        """Its sizes; reads the header only."""
        with self.open(sha256) as file:
            width, height = dimensions(file.read(HEADER_BYTES))
            return Stat(os.fstat(file.fileno()).st_size, width, height)

    def url(self, sha256: Sha256) -> str:
        """The path, for a person."""
        return str(self.path(sha256))

    def link(self, sha256: Sha256, *, seconds: int) -> None:
        """A folder has none: its pictures are shown by our own pages, behind our own signed links."""

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """A small WebP of it, at most `max_px` wide and four times as high, made once; a taller page shows its top."""
        path = self._thumbnail_path(self.path(sha256), max_px)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            small = shrunk(self.get(sha256), max_px)
            self._write(path, small)
            return small

    def check_writable(self) -> None:
        """Return when the folder is there and takes files."""
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise Unavailable(
                f"{str(self._folder)!r} cannot be written to; check that it exists and whose it is"
            )

    def free_bytes(self) -> int:
        """What is left on the disk of the folder, or of the one that it would be made in."""
        return shutil.disk_usage(self._folder if self._folder.exists() else self._folder.parent).free

    def keep(self, sha256: Sha256) -> bool:
        path = self.path(sha256)
        with self._lock(is_shared=True):
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
        return True

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete pictures that nobody refers to and that were last stored before; returns (pictures, bytes).

        Leftovers of writers that died, thumbnails of deleted pictures and corrupt files that nobody keeps go as well.
        """
        kept = set(keep)
        oldest = older_than.timestamp()
        count = size = 0
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            if path.stem in kept and path.suffix in KEPT_WITH_IT:
                continue
            if path.suffix == ".rows" and path.with_suffix(".png").exists():
                continue  # goes when its picture goes
            freed = self._delete(path, oldest, is_dry_run=is_dry_run)
            if freed is not None:
                size += freed
                count += path.suffix == ".png"
        return count, size

    def _delete(self, path: Path, oldest: float, *, is_dry_run: bool) -> int | None:
        """Bytes freed; None when it is too young, or was touched since the folder was listed."""
        with nullcontext() if is_dry_run else self._lock(is_shared=False):
            try:
                seen = path.stat()
            except FileNotFoundError:
                return None
            if seen.st_mtime >= oldest:
                return None
            if not is_dry_run:
                path.unlink()
                path.with_suffix(".rows").unlink(missing_ok=True)
                for thumbnail in (self._folder / "thumbs" / path.parent.name).glob(f"{path.stem}-*.webp"):
                    thumbnail.unlink(missing_ok=True)
        return seen.st_size

    def _missing(self, sha256: Sha256) -> NotFound:
        return NotFound(
            f"picture {sha256!r} is not in the gallery {str(self._folder)!r}; it was pruned, or belongs to another INSPECT_HOME"
        )

    def _rows_path(self, sha256: Sha256) -> Path:
        return self.path(sha256).with_suffix(".rows")

    def _thumbnail_path(self, path: Path, max_px: int) -> Path:
        return self._folder / "thumbs" / path.parent.name / f"{path.stem}-{int(max_px)}.webp"

    def _write(self, path: Path, data: bytes) -> None:
        """All of it or nothing, also when the machine loses power."""
        with _disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)

    @contextmanager
    def _lock(self, *, is_shared: bool) -> Iterator[None]:
        """Writers share it, a deletion has it alone: no picture goes between `put` finding it and a run keeping it."""
        with _disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = take_lock(self._folder / ".lock", is_shared=is_shared, waits=True)
        assert descriptor is not None  # it waited
        try:
            yield
        finally:
            os.close(descriptor)


def _holds(path: Path, png: bytes) -> bool:
    """Whether a file has these bytes; half a disk's block or a flipped bit is not them."""
    try:
        return path.stat().st_size == len(png) and path.read_bytes() == png
    except OSError:
        return False


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Unavailable(
                f"the picture {str(path)!r} cannot be stored: its disk is full; free some space, for example with: "
                f"inspect-pipelines gallery prune"
            ) from error
        raise Unavailable(f"the picture {str(path)!r} cannot be stored: {error.strerror}") from error
