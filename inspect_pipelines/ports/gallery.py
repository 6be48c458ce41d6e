"""The gallery: images by the sha256 of their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from inspect_pipelines.domain.ids import Sha256


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a picture without reading it."""

    size_bytes: int
    width: int  # px
    height: int  # px


class Pictures(Protocol):
    """What comparing takes of a gallery."""

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        """Store a PNG, atomically and once.

        Args:
            with_rows: Keep its row hashes too, so that it can be compared without being decoded: for what a run shot.

        Raises:
            Unreadable: Not a PNG, truncated, or over the size and dimension caps.
            Unavailable: The disk is full, or the storage does not answer.
            Refused: The storage does not let us.
        """

    def rows(self, sha256: Sha256) -> bytes | None:
        """The row hashes that were kept with a picture, as `imaging/rows` packs them; None: there are none."""

    def get(self, sha256: Sha256) -> bytes:
        """The stored bytes, verified against their name.

        Raises:
            NotFound: No such image.
            Unreadable: The stored bytes are not what their name says.
        """


class Gallery(Pictures, Protocol):
    """Images by the sha256 of their bytes."""

    def open(self, sha256: Sha256) -> BinaryIO:
        """The stored bytes as a file that the caller closes; unlike those of `get` nobody has verified them.

        Raises:
            NotFound: No such image.
        """

    def stat(self, sha256: Sha256) -> Stat:
        """Its sizes, from the file's own header.

        Raises:
            NotFound: No such image.
            Unreadable: The header is damaged, or over the caps.
        """

    def url(self, sha256: Sha256) -> str:
        """Where a person opens it, also when it is not there: the path in a local folder, an address elsewhere.

        Raises:
            NotFound: No picture can have that name.
        """

    def link(self, sha256: Sha256, *, seconds: int) -> str | None:
        """An address that opens for anybody, for so long; None: there is none here, our own pages show what is stored.

        Raises:
            NotFound: No picture can have that name.
            Refused: No link is made for so long.
        """

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """A small PNG or WebP of it, made once."""

    def check_writable(self) -> None:
        """Return when a picture could be stored now.

        Raises:
            Unavailable: Why not; another try may help.
            Refused: Why not; a person has to change something.
        """

    def free_bytes(self) -> int | None:
        """How much room is left, as far as anybody can tell; None: nobody can."""

    def keep(self, sha256: Sha256) -> bool:
        """Make a picture that is about to be referred to anew as young as one just shot, so that `prune` leaves it; whether it is there."""

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete images that nobody refers to and that are older, or only count them; returns (images, bytes)."""
