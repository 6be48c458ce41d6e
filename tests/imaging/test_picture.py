from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.header import PNG_SIGNATURE as SIGNATURE
from inspect_pipelines.imaging.picture import ADAM7, decode, size

PICTURE = np.random.default_rng(7).integers(0, 255, (20, 30, 3), dtype=np.uint8)


def png(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


GOOD = png(Image.fromarray(PICTURE))


def with_header(width: int, height: int) -> bytes:
    """The good picture under a header that says another size, its checksum right."""
    header = b"IHDR" + struct.pack(">II", width, height) + GOOD[24:29]
    return GOOD[:12] + header + struct.pack(">I", zlib.crc32(header)) + GOOD[33:]


def test_pixels_come_out_as_they_went_in():
    assert np.array_equal(decode(GOOD), PICTURE)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_the_encoding_makes_no_difference(level):
    assert np.array_equal(decode(png(Image.fromarray(PICTURE), compress_level=level)), PICTURE)


def test_grey_and_palette_pictures_become_rgb():
    grey = Image.fromarray(PICTURE[..., 0])
    expected = np.repeat(PICTURE[..., :1], 3, axis=2)

    assert np.array_equal(decode(png(grey)), expected)
    assert decode(png(grey.convert("P"))).shape == (20, 30, 3)


def test_transparency_is_laid_over_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))

    assert (decode(png(clear)) == 255).all()
    assert (np.abs(decode(png(half)).astype(int) - 127) <= 1).all()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 bytes that begin with b'' are not a PNG"),
        (b"<html>", "are not a PNG"),
        (b"\xff\xd8\xff\xe0" + b"0" * 90, "are not a PNG"),
        (GOOD[:32], "are not a PNG"),
        (GOOD[:-20], "truncated at"),
        (with_header(0, 20), "at least one pixel"),
        (with_header(8001, 10_000), "8001x10000 px, over the cap of 80 megapixels"),
        (with_header(2**31 - 1, 2**31 - 1), "over the cap"),
        (with_header(30, 21), "30x21 px cannot be decoded: .*not have enough data"),
        (with_header(30, 40), "30x40 px cannot be decoded: .*not have enough data"),
        (with_header(300, 200), "cannot be decoded"),
    ],
)
def test_what_is_no_whole_picture_is_unreadable(data, words):
    with pytest.raises(Unreadable, match=words):
        decode(data)


def test_an_animated_picture_is_unreadable():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]

    with pytest.raises(Unreadable, match="animated"):
        decode(png(frames[0], save_all=True, append_images=frames[1:]))


def test_the_size_is_read_without_decoding():
    assert size(with_header(500, 160)) == (500, 160)


@given(st.integers(0, len(GOOD) - 1))
def test_a_picture_cut_short_is_never_half_a_picture(length):
    with pytest.raises(Unreadable):
        decode(GOOD[:length])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_raises_anything_but_unreadable(position, flip):
    broken = bytearray(GOOD)
    broken[position] ^= flip

    with contextlib.suppress(Unreadable):
        assert decode(bytes(broken)).shape == PICTURE.shape


def test_a_picture_that_really_ends_in_black_is_read():
    black = PICTURE.copy()
    black[-3:] = 0

    assert np.array_equal(decode(png(Image.fromarray(black))), black)
    assert not decode(png(Image.new("1", (13, 9)))).any()


def test_an_interlaced_picture_is_read_and_a_short_one_is_not():
    assert np.array_equal(decode(interlaced(PICTURE, 20)), PICTURE)
    with pytest.raises(Unreadable, match="30x25 px"):
        decode(interlaced(PICTURE, 25))


def interlaced(picture: np.ndarray, height: int) -> bytes:
    """An interlaced PNG of a picture under a header that may say another height; Pillow writes none itself."""
    rows = b"".join(b"\0" + row.tobytes() for x, y, dx, dy in ADAM7 for row in picture[y::dy, x::dx])
    header = struct.pack(">IIBBBBB", picture.shape[1], height, 8, 2, 0, 0, 1)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
