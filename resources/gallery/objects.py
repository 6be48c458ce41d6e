"""The gallery in a bucket: `ab/<sha>.png`, `ab/<sha>.rows`, `thumbs/ab/<sha>-320.webp`, for any number of machines.

How long one stays, and how it is deleted while others store it, is told in resources/objects/aging.py.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Stat
from resources.gallery.folder import SHA256
from resources.gallery.png import HEADER_BYTES, check, dimensions, packed_rows, shrunk
from resources.objects.aging import YOUNG, Aging
from resources.objects.store import Meta, Objects

THUMBS = "thumbs"
PROBE = "writable"  # what `check_writable` writes
AT_ONCE = 8  # requests of a prune


class ObjectGallery:
    """Pictures in a bucket; safe for many processes of many machines at once.

    Args:
        home: The folder whose disk holds what else a run leaves behind, for `free_bytes`; a bucket has no end.
        probe: The same bucket, asked with less patience by `check_writable`; None: as the others.
        young_for: How old one may be when it is stored again, and is not written anew.
    """

    def __init__(
        self,
        objects: Objects,
        clock: Clock,
        home: Path | None = None,
        probe: Objects | None = None,
        young_for: timedelta = YOUNG,
    ) -> None:
        self._objects = objects
        self._probe = probe or objects
        self._home = home
        self._aging = Aging(objects, clock, young_for)

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        """Store a PNG once, after checking that it is whole and within the caps; a known one costs a look at its header."""
        check(png)
        sha256 = Sha256(hashlib.sha256(png).hexdigest())
        path = _path(sha256)
        if with_rows and self._objects.head(_rows_path(sha256)) is None:
            self._objects.create(_rows_path(sha256), packed_rows(png))
        self._aging.store(path, png, called=sha256)  # a damaged one is healed by it, too
        return sha256

    def rows(self, sha256: Sha256) -> bytes | None:
        try:
            return self._objects.get(_rows_path(sha256))
        except Unavailable:
            return None  # the picture itself says the same, a decode later

    def get(self, sha256: Sha256) -> bytes:
        png = self._objects.get(_path(sha256))
        if png is None:
            raise self._missing(sha256)
        if hashlib.sha256(png).hexdigest() != sha256:
            raise Unreadable(
                f"picture {self.url(sha256)!r} is damaged: its bytes are not what its name says; "
                f"the fault is in our storage, not on the site; put the object back from a backup, or let a run shoot "
                f"the same picture again, which mends it"
            )
        return png

    def open(self, sha256: Sha256) -> BinaryIO:
        png = self._objects.get(_path(sha256))
        if png is None:
            raise self._missing(sha256)
        return BytesIO(png)

    def stat(self, sha256: Sha256) -> Stat:
        known = self._objects.head(_path(sha256))
        header = self._objects.first_bytes(_path(sha256), HEADER_BYTES) if known else None
        if known is None or header is None:
            raise self._missing(sha256)
        return Stat(known.size_bytes, *dimensions(header))

    def url(self, sha256: Sha256) -> str:
        """The address in the bucket, as the provider's own tools take it; it opens with a key only."""
        return self._objects.url(_path(sha256))

    def link(self, sha256: Sha256, *, seconds: int) -> str:
        return self._objects.link(_path(sha256), seconds=seconds)

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """A small WebP of it, made once for all machines."""
        path = f"{THUMBS}/{_path(sha256)[: -len('.png')]}-{int(max_px)}.webp"
        known = self._objects.get(path)
        if known is not None:
            return known
        small = shrunk(self.get(sha256), max_px)
        self._objects.create(path, small)
        return small

    def check_writable(self) -> None:
        """Return when the bucket takes an object, which is tried; a refusal raises Refused."""
        self._probe.replace(PROBE, b"")

    def free_bytes(self) -> int | None:
        """What is left on the disk of the home: ledger, history and Dagster's record of a run are there still."""
        if self._home is None:
            return None
        return shutil.disk_usage(self._home if self._home.exists() else self._home.parent).free

    def keep(self, sha256: Sha256) -> bool:
        known = self._objects.head(_path(sha256))
        if known is None:
            return False
        if not self._aging.is_young(known):
            png = self._objects.get(_path(sha256))
            if png is None:
                return False
            self._aging.write_anew(_path(sha256), png, called=sha256)
        return True

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete pictures that nobody refers to and that were last stored before; returns (pictures, bytes).

        Row hashes and thumbnails go with their picture, and those whose picture is not there.
        """
        kept = set(keep)
        old: dict[str, list[Meta]] = {}  # by the picture's name, whatever is old of it
        pictures: set[str] = set()
        thumbs: dict[str, list[str]] = {}
        for each in self._objects.below(""):
            folder, _, name = each.path.rpartition("/")
            stem = name.partition(".")[0].partition("-")[0]
            if not SHA256.fullmatch(stem) or stem in kept:
                continue
            if folder == f"{THUMBS}/{stem[:2]}":
                thumbs.setdefault(stem, []).append(each.path)
            elif folder == stem[:2]:
                if name.endswith(".png"):
                    pictures.add(stem)
                if each.stored_at < older_than:
                    old.setdefault(stem, []).append(each)

        def delete(stem: str) -> tuple[int, int]:
            found = old[stem]
            is_whole = any(each.path.endswith(".png") for each in found)
            if stem in pictures and not is_whole:
                return 0, 0  # its row hashes alone are old; they go when it goes
            parts = [*thumbs.get(stem, ()), *(each.path for each in found if each.path.endswith(".rows"))]
            if not (
                is_dry_run
                or self._aging.delete(_path(Sha256(stem)), *parts, called=stem, older_than=older_than)
            ):
                return 0, 0
            return int(is_whole), sum(each.size_bytes for each in found)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(delete, sorted(old)))
        return sum(count for count, _ in done), sum(size for _, size in done)

    def _missing(self, sha256: Sha256) -> NotFound:
        return NotFound(
            f"picture {sha256!r} is not in the gallery {self._objects.bucket.url!r}; it was pruned, or belongs to another gallery"
        )


def _path(sha256: Sha256) -> str:
    """Nothing but 64 hex digits names a picture, so no name leaves the prefix."""
    if not SHA256.fullmatch(sha256):
        raise NotFound(f"{sha256!r} names no picture; a name has 64 digits 0-9a-f")
    return f"{sha256[:2]}/{sha256}.png"


def _rows_path(sha256: Sha256) -> str:
    return _path(sha256).removesuffix(".png") + ".rows"
