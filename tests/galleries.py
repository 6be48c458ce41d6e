"""A Gallery in memory, for tests that are not about files."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.rows import pack


class MemoryGallery:
    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.kept_rows: dict[str, bytes] = {}
        self.refuses_more = False  # as a real one refuses what is over its caps

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        if self.refuses_more:
            raise Unreadable("a PNG over the caps")
        sha = Sha256(hashlib.sha256(png).hexdigest())
        self.images[sha] = png
        if with_rows:
            self.kept_rows[sha] = pack(decode(png))
        return sha

    def rows(self, sha256: Sha256) -> bytes | None:
        return self.kept_rows.get(sha256)

    def get(self, sha256: Sha256) -> bytes:
        if sha256 not in self.images:
            raise NotFound(f"picture {sha256[:12]!r} is not in the gallery")
        if hashlib.sha256(self.images[sha256]).hexdigest() != sha256:
            raise Unreadable(f"picture {sha256[:12]!r} is not what its name says")
        return self.images[sha256]

    def path(self, sha256: Sha256) -> Path:
        return Path(f"{sha256}.png")

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        buffer = io.BytesIO()
        with Image.open(io.BytesIO(self.get(sha256))) as image:
            image.thumbnail((max_px, max_px * 4))
            image.save(buffer, "PNG")
        return buffer.getvalue()

    def prune(self, keep: object, *, older_than: object) -> tuple[int, int]:
        return 0, 0
