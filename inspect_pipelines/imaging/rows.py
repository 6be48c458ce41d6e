"""Row hashes: stored when a picture is taken, so that equal pixels under other bytes are known without decoding.

Each row of pixels has a 64-bit XXH3, 8 bytes against its 3,840: a 1280 x 8000 px page keeps 64 KB. That all rows of two
different pictures hash alike by chance has odds of 1 in 2^64 for a single changed row, and less for more of them; who
can craft such rows can store any picture anyway, as both sides come from our own camera.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_digest, xxh3_64_intdigest

from inspect_pipelines.imaging.picture import Pixels

MAGIC = b"ROW1"  # another arithmetic, another magic: an old file is then no file
Hashes = npt.NDArray[np.uint64]
HEAD = struct.Struct("<4sII")  # magic, width, height; then the hashes, then a hash over all of it


def row_hashes(picture: Pixels, *, width: int | None = None) -> Hashes:
    """The hash of each row, from the top.

    Args:
        width: Of each row only the first so many pixels; None: all.
    """
    whole = np.ascontiguousarray(picture)
    height, columns, channels = whole.shape
    length, until = columns * channels, (columns if width is None else width) * channels
    flat = whole.reshape(-1).data
    hashes = [xxh3_64_intdigest(flat[at : at + until]) for at in range(0, height * length, length)]
    return np.array(hashes, dtype=np.uint64)


def pack(picture: Pixels) -> bytes:
    """The hashes as they are stored beside the picture."""
    height, width = picture.shape[:2]
    body = HEAD.pack(MAGIC, width, height) + row_hashes(picture).astype("<u8").tobytes()
    return body + xxh3_64_digest(body)


def are_same_pixels(one: bytes | None, other: bytes | None) -> bool:
    """Whether both are whole and say the same; a damaged or a missing one says nothing."""
    return one is not None and one == other and _is_whole(one)


def _is_whole(packed: bytes) -> bool:
    if len(packed) < HEAD.size + 8:
        return False
    magic, _, height = HEAD.unpack_from(packed)
    return (
        magic == MAGIC
        and len(packed) == HEAD.size + 8 * height + 8
        and packed[-8:] == xxh3_64_digest(packed[:-8])
    )
