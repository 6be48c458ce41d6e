"""A Gallery in memory, for tests that are not about files."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from PIL import Image

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from inspect_pipelines.imaging.picture import decode, size
from inspect_pipelines.imaging.rows import pack
from inspect_pipelines.ports.gallery import Stat
from resources.gallery.png import check


class MemoryGallery:
    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.stored_at: dict[str, datetime] = {}
        self.kept_rows: dict[str, bytes] = {}
        self.free: int | None = None  # bytes on its disk; None: it has none
        self.refuses_more = False  # as a real one refuses what is over its caps

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        if self.refuses_more:
            raise Unreadable("a PNG over the caps")
        check(png)
        sha = self.hold(png)
        if with_rows:
            self.kept_rows[sha] = pack(decode(png))
        return sha

    def hold(self, data: bytes) -> Sha256:
        """Keep whatever it is: what an older version or another program may have left."""
        sha = Sha256(hashlib.sha256(data).hexdigest())
        self.images[sha] = data
        self.stored_at[sha] = datetime.now(UTC)
        return sha

    def rows(self, sha256: Sha256) -> bytes | None:
        return self.kept_rows.get(sha256)

    def get(self, sha256: Sha256) -> bytes:
        if sha256 not in self.images:
            raise NotFound(f"picture {sha256[:12]!r} is not in the gallery")
        if hashlib.sha256(self.images[sha256]).hexdigest() != sha256:
            raise Unreadable(f"picture {sha256[:12]!r} is not what its name says")
        return self.images[sha256]

    def open(self, sha256: Sha256) -> BinaryIO:
        if sha256 not in self.images:
            raise NotFound(f"picture {sha256[:12]!r} is not in the gallery")
        return io.BytesIO(self.images[sha256])

    def stat(self, sha256: Sha256) -> Stat:
        with self.open(sha256) as file:
            png = file.read()
        width, height = size(png)
        return Stat(len(png), width, height)

    def url(self, sha256: Sha256) -> str:
        if len(sha256) != 64:
            raise NotFound(f"{sha256!r} names no picture")
        return f"memory:{sha256}.png"

    def link(self, sha256: Sha256, *, seconds: int) -> str | None:
        return None

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        buffer = io.BytesIO()
        with Image.open(io.BytesIO(self.get(sha256))) as image:
            image.thumbnail((max_px, max_px * 4))
            image.save(buffer, "PNG")
        return buffer.getvalue()

    def keep(self, sha256: Sha256) -> bool:
        if sha256 in self.images:
            self.stored_at[sha256] = datetime.now(UTC)
        return sha256 in self.images

    def check_writable(self) -> None:
        if self.refuses_more:
            raise Unavailable("it takes no more")

    def free_bytes(self) -> int | None:
        return self.free

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        kept = set(keep)
        gone = [sha for sha in self.images if sha not in kept and self.stored_at[sha] < older_than]
        size_bytes = sum(len(self.images[sha]) for sha in gone)
        for sha in () if is_dry_run else gone:
            del self.images[sha], self.stored_at[sha]
            self.kept_rows.pop(sha, None)
        return len(gone), size_bytes
