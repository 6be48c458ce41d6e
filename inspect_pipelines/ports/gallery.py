"""The gallery: images by the sha256 of their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inspect_pipelines.domain.ids import Sha256


class Gallery(Protocol):
    """Images by the sha256 of their bytes."""

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        """Store a PNG, atomically and once.

        Args:
            with_rows: Keep its row hashes too, so that it can be compared without being decoded: for what a run shot.

        Raises:
            Unreadable: Not a PNG, truncated, or over the size and dimension caps.
            Unavailable: The disk is full.
        """

    def rows(self, sha256: Sha256) -> bytes | None:
        """The row hashes that were kept with a picture, as `imaging/rows` packs them; None: there are none."""

    def get(self, sha256: Sha256) -> bytes:
        """The stored bytes, verified against their name.

        Raises:
            NotFound: No such image.
            Unreadable: The stored bytes are not what their name says.
        """

    def path(self, sha256: Sha256) -> Path: ...
    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """A small PNG or WebP of it, made once."""

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete images that nobody refers to and that are older, or only count them; returns (images, bytes)."""
