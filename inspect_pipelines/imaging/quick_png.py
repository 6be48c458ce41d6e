"""The PNG that a browser writes when it is in a hurry: every row as its difference to the row above.

Chromium's `optimizeForSpeed` gives all rows the filter `Up`. So equal rows on equal ground are equal bytes, and where two
such pictures differ is known from what they inflate to; only the rows round the differences have to be added up. And
libdeflate inflates outside of Python's lock, so that two pictures take two cores; kornia-rs holds the lock all the while.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import deflate
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.header import RGB, Header

UP = 2  # PNG specification, section 9: each byte less the one above
PLAIN_METHODS = b"\0\0"  # of compression and of filtering: the only ones that there are
CHUNK = 12  # bytes round a chunk's data: length, kind, checksum
PEEKED_BYTES = 1 << 16  # inflated to see whether the rows look hasty; a third of a millisecond
PEEKED_CHUNKS = 16  # Chromium's have 4 KB each
WORD = 8  # bytes
SAMPLED = 32  # every so many rows, of which many differ where everything does
ENOUGH_PIXELS = 1 << 18  # a smaller picture is read before a second look at it has paid

Bytes = npt.NDArray[np.uint8]

# Rows are added by one numpy call each, which lets go of Python's lock and takes it again: two threads that do so in
# turn take three times as long as one after the other.
_ADDING = Lock()


@dataclass(frozen=True, slots=True)
class QuickPicture:
    """A picture inflated, but not added up yet.

    Attributes:
        rows: Shape (height, 1 + 3 * width): the filter's byte, then each byte less the one above.
    """

    rows: Bytes

    @property
    def width(self) -> int:
        return int(self.rows.shape[1]) // 3

    def pixels(self, bands: Sequence[tuple[int, int]] | None = None) -> Bytes:
        """The pixels, shape (height, width, 3).

        Args:
            bands: Rows (first, last + 1) that are wanted, in order and apart; all others stay zero. None: all.
        """
        height, row_bytes = self.rows.shape
        found = (
            np.empty((height, row_bytes - 1), dtype=np.uint8)
            if bands is None
            else _zeros(height, row_bytes - 1)
        )
        above: Bytes = np.zeros(row_bytes - 1, dtype=np.uint8)
        y = 0
        with _ADDING:
            for top, bottom in bands if bands is not None else [(0, height)]:
                above = above + np.add.reduce(self.rows[y:top, 1:], axis=0, dtype=np.uint8)
                for row, here in zip(self.rows[top:bottom, 1:], found[top:bottom], strict=True):
                    np.add(above, row, out=here)
                    above = here
                y = bottom
        return found.reshape(height, self.width, 3)


def _zeros(height: int, row_bytes: int) -> Bytes:
    """Fresh pages, which are zero and cost nothing until they are touched; `np.zeros` may clear used memory instead."""
    return np.frombuffer(mmap.mmap(-1, height * row_bytes), dtype=np.uint8).reshape(height, row_bytes)


def inflate_quick(png: bytes, header: Header) -> QuickPicture | None:
    """None when it is not such a picture, or not whole, or so small that nothing is gained.

    Args:
        header: Its own, checked; `is_plain`.
    """
    height, row_bytes = header.height, 1 + 3 * header.width
    if header.colour_type != RGB or height * header.width < ENOUGH_PIXELS:
        return None
    parts = _data(png)
    if parts is None or not _look_quick(parts[:PEEKED_CHUNKS], row_bytes):
        return None
    try:
        inflated = deflate.zlib_decompress(b"".join(parts), height * row_bytes)
    except deflate.DeflateError:
        return None
    if len(inflated) != height * row_bytes:
        return None
    rows = np.frombuffer(inflated, dtype=np.uint8).reshape(height, row_bytes)
    return QuickPicture(rows) if (rows[:, 0] == UP).all() else None


def unequal_rows(old: QuickPicture, new: QuickPicture, *, at_most: int) -> npt.NDArray[np.bool_] | None:
    """Which rows hold pixels that differ; None when more than so many rows were written differently.

    Args:
        old, new: Of one size.
    """
    height, row_bytes = old.rows.shape
    sampled = (old.rows[::SAMPLED] != new.rows[::SAMPLED]).any(axis=1)
    if np.count_nonzero(sampled) * SAMPLED > 2 * at_most:  # surely more
        return None
    written = _differing_rows(old.rows, new.rows)
    if len(written) > at_most:
        return None
    rows = np.zeros(height, dtype=np.bool_)
    step: Bytes = np.zeros(
        row_bytes - 1, dtype=np.uint8
    )  # new less old, modulo 256, from one written row to the next
    for y, until in pairwise([*written, height]):
        step = step + (new.rows[y, 1:] - old.rows[y, 1:])
        rows[y:until] = step.any()
    return rows


def _differing_rows(old: Bytes, new: Bytes) -> npt.NDArray[np.intp]:
    """Rows whose bytes differ, compared in the widest words; a word that lies over two rows counts for both."""
    height, row_bytes = old.shape
    words = old.size // WORD
    flat_old, flat_new = old.reshape(-1), new.reshape(-1)
    differs = flat_old[: words * WORD].view(np.uint64) != flat_new[: words * WORD].view(np.uint64)
    starts = np.arange(height) * row_bytes // WORD
    rows = np.logical_or.reduceat(differs, starts)
    rows[:-1] |= differs[starts[1:]]
    rows[-1] |= bool((flat_old[words * WORD :] != flat_new[words * WORD :]).any())
    return np.flatnonzero(rows)


def _look_quick(parts: Sequence[memoryview], row_bytes: int) -> bool:
    """Whether the first rows all have the filter; an encoder that chooses by row shows that soon."""
    try:
        begin = zlib.decompressobj().decompress(b"".join(parts), PEEKED_BYTES)
    except zlib.error:
        return False
    return set(begin[::row_bytes]) == {UP}


def _data(png: bytes) -> list[memoryview] | None:
    """The bodies of the chunks that hold pixels; None unless the file is just the header, pixels and an end, all whole.

    What else a file may hold, and may hold wrongly, is the library's to judge.
    """
    view = memoryview(png)
    if png[26:28] != PLAIN_METHODS:
        return None
    kinds, found = [], []
    at = 8
    while at + CHUNK <= len(view):
        length = int.from_bytes(view[at : at + 4], "big")
        kind, end = bytes(view[at + 4 : at + 8]), at + 8 + length
        if deflate.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            return None
        kinds.append(kind)
        if kind == b"IDAT":
            found.append(view[at + 8 : end])
        at = end + 4
    return found if kinds == [b"IHDR", *[b"IDAT"] * len(found), b"IEND"] and at == len(view) else None
