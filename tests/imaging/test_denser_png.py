"""A PNG deflated anew shows the same and is smaller; what is not as it should be stays as it is."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.denser_png import denser

PIXELS = np.add.outer(np.arange(300) % 29, np.arange(400) % 31).astype(np.uint8)[..., None].repeat(3, axis=2)


def saved(pixels: np.ndarray, level: int = 1, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=level, **options)
    return buffer.getvalue()


def shown(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(data: bytes, width: int = 400, height: int = 300) -> bytes:
    """One that says its size truly and holds any data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_the_same_pixels_take_fewer_bytes() -> None:
    png = saved(PIXELS)

    small = denser(png)

    assert len(small) < len(png)
    assert np.array_equal(shown(small), PIXELS)


def test_what_stands_beside_the_pixels_is_kept() -> None:
    png = saved(PIXELS, dpi=(144, 144))

    assert Image.open(io.BytesIO(denser(png))).info == Image.open(io.BytesIO(png)).info


def test_what_is_dense_already_stays_as_it_is() -> None:
    png = denser(saved(PIXELS))

    assert len(denser(png)) <= len(png)


@pytest.mark.parametrize(
    "data",
    [
        zlib.compress(bytes(901 * 400))[:-20],  # cut off
        zlib.compress(bytes(40_000_000), 9),  # a bomb
        zlib.compress(bytes(1201 * 300))[:50] + b"\xff" * 800,  # no deflate any more
        b"",
    ],
    ids=["cut off", "bomb", "damaged", "empty"],
)
def test_what_is_damaged_or_holds_more_than_it_says_stays_as_it_is(data: bytes) -> None:
    png = png_of(data + bytes(1000))

    assert denser(png) == png


def test_what_ends_in_the_middle_of_a_chunk_stays_as_it_is() -> None:
    png = saved(PIXELS)[:-30]

    assert denser(png) == png


def test_what_is_no_png_is_refused() -> None:
    with pytest.raises(Unreadable):
        denser(b"GIF89a" + bytes(90))
