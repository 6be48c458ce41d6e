from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.header import png_header
from inspect_pipelines.imaging.measurement import SAME, measure
from inspect_pipelines.imaging.pair import see_pair
from inspect_pipelines.imaging.picture import Pixels, decode
from inspect_pipelines.imaging.quick_png import QuickPicture, inflate_quick, unequal_rows

HEIGHT, WIDTH = 700, 400
UP = 2


def as_browser(picture: Pixels, *, filters: int | dict[int, int] = UP) -> bytes:
    """A PNG whose rows have the filter `Up`, or for some rows `None` (0)."""
    height, width, _ = picture.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    above = np.vstack([np.zeros((1, width, 3), np.uint8), picture[:-1]])
    rows[:, 0], rows[:, 1:] = UP, (picture - above).reshape(height, -1)
    for y, kind in (filters if isinstance(filters, dict) else {}).items():
        rows[y, 0], rows[y, 1:] = kind, picture[y].reshape(-1)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    data = zlib.compress(rows.tobytes(), 1)
    chunks += [(b"IDAT", data[at : at + 4096]) for at in range(0, len(data), 4096)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in [*chunks, (b"IEND", b"")]
    )


def a_page(seed: int = 3) -> Pixels:
    """Ground, some filled boxes and strokes."""
    chance = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), 248, np.uint8)
    for _ in range(40):
        y, x = int(chance.integers(0, HEIGHT - 30)), int(chance.integers(0, WIDTH - 80))
        picture[y : y + int(chance.integers(1, 30)), x : x + int(chance.integers(1, 80))] = chance.integers(
            0, 255, 3
        )
    return picture


PAGE = a_page()
PNG = as_browser(PAGE)


def quick(png: bytes) -> QuickPicture | None:
    return inflate_quick(png, png_header(png))


def test_a_hasty_picture_has_the_pixels_that_it_was_made_of():
    picture = quick(PNG)

    assert picture is not None
    assert np.array_equal(picture.pixels(), PAGE)
    assert np.array_equal(decode(PNG), PAGE)


def test_only_the_bands_that_are_asked_for_are_added_up():
    picture = quick(PNG)

    assert picture is not None
    found = picture.pixels([(0, 3), (100, 130), (600, HEIGHT)])
    assert np.array_equal(found[100:130], PAGE[100:130])
    assert np.array_equal(found[600:], PAGE[600:])
    assert not found[130:600].any()


def test_one_row_with_another_filter_is_left_to_the_library():
    mixed = as_browser(PAGE, filters={HEIGHT - 1: 0})

    assert quick(mixed) is None
    assert np.array_equal(decode(mixed), PAGE)
    assert see_pair(PNG, mixed).measurement == SAME


def test_what_another_encoder_wrote_is_left_to_the_library():
    out = io.BytesIO()
    Image.fromarray(PAGE).save(out, "PNG")

    assert quick(out.getvalue()) is None
    assert see_pair(PNG, out.getvalue()).measurement == SAME


@pytest.mark.parametrize("where", [0.2, 0.5, 0.9])
def test_damaged_data_is_unreadable_and_never_a_pass(where: float):
    at = int(len(PNG) * where)
    damaged = PNG[:at] + bytes(byte ^ 0x55 for byte in PNG[at : at + 20]) + PNG[at + 20 :]

    with pytest.raises(Unreadable, match="the new picture cannot be read"):
        see_pair(PNG, damaged)


def test_a_wrong_checksum_is_unreadable_though_the_pixels_may_be_whole():
    at = PNG.index(b"IDAT") - 4
    checksum = at + 8 + int.from_bytes(PNG[at : at + 4], "big")
    damaged = PNG[:checksum] + bytes([PNG[checksum] ^ 1]) + PNG[checksum + 1 :]

    with pytest.raises(Unreadable, match="the new picture cannot be read"):
        see_pair(PNG, damaged)


def test_data_that_is_too_short_for_the_header_is_unreadable():
    taller = as_browser(PAGE)
    header = b"IHDR" + struct.pack(">II", WIDTH, HEIGHT + 1) + taller[24:29]
    lying = taller[:12] + header + struct.pack(">I", zlib.crc32(header)) + taller[33:]

    with pytest.raises(Unreadable, match="the old picture cannot be read"):
        see_pair(lying, PNG)


changes = st.lists(
    st.tuples(
        st.integers(0, HEIGHT - 1),
        st.integers(0, WIDTH - 1),
        st.integers(1, 30),
        st.integers(1, 90),
        st.integers(-60, 60),
    ),
    min_size=0,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(changes, st.booleans())
def test_what_is_seen_of_a_hasty_pair_is_what_all_of_its_pixels_show(found, describe):
    new = PAGE.copy()
    for y, x, tall, wide, by in found:
        part = new[y : y + tall, x : x + wide]
        part[:] = np.clip(part.astype(np.int16) + by, 0, 255)

    seen = see_pair(PNG, as_browser(new), describe=describe)

    assert seen.measurement == measure(PAGE, new, describe=describe)
    if seen.pixels is not None:
        assert np.array_equal(seen.pixels[0], PAGE)
        assert np.array_equal(seen.pixels[1], new)


@settings(max_examples=40, deadline=None)
@given(changes)
def test_the_rows_that_differ_are_known_before_any_is_added_up(found):
    new = PAGE.copy()
    for y, x, tall, wide, by in found:
        new[y : y + tall, x : x + wide] ^= np.uint8(by & 0xFF)
    pair = quick(PNG), quick(as_browser(new))
    assert pair[0] is not None
    assert pair[1] is not None

    told = unequal_rows(pair[0], pair[1], at_most=HEIGHT)

    assert told is not None
    assert np.array_equal(told, (new != PAGE).any(axis=(1, 2)))


def test_more_rows_than_wanted_are_not_told_one_by_one():
    pair = quick(PNG), quick(as_browser(255 - PAGE))
    assert pair[0] is not None
    assert pair[1] is not None

    assert unequal_rows(pair[0], pair[1], at_most=HEIGHT // 10) is None
