from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.domain.box import Box
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.imaging.measurement import SAME, measure
from inspect_pipelines.imaging.pair import see_pair
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.rows import are_same_pixels, pack, row_hashes


def page(*, colour: int = 200) -> Pixels:
    picture = np.full((120, 160, 3), 250, np.uint8)
    picture[40:80, 30:90] = (20, 90, colour)
    return picture


def unread(_: bytes) -> Pixels:
    raise AssertionError("a picture was decoded although nothing asked for it")


def test_equal_bytes_are_not_decoded():
    png = encode(page())

    assert see_pair(png, png, read=unread).measurement == SAME


def test_equal_row_hashes_are_not_decoded():
    old, new = encode(page()), encode(page()) + b"\0"

    seen = see_pair(old, new, rows=(pack(page()), pack(page())), read=unread)

    assert seen.measurement == SAME
    assert seen.widths == (0, 0)


@pytest.mark.parametrize("cut", [1, 8, 60])
def test_equal_bytes_of_a_truncated_picture_are_unreadable(cut: int):
    png = encode(page())[:-cut]

    with pytest.raises(Unreadable, match="the new picture cannot be read"):
        see_pair(png, png)


@pytest.mark.parametrize("side", [0, 1])
def test_an_unreadable_picture_is_named(side: int):
    pair = [encode(page()), encode(page(colour=9))]
    pair[side] = b"no picture"

    with pytest.raises(Unreadable, match=f"the {('approved', 'tonight')[side]} picture cannot be read"):
        see_pair(pair[0], pair[1], names=("approved", "tonight"))


def test_what_differs_is_measured_as_its_pixels_are():
    old, new = page(), page(colour=40)

    seen = see_pair(encode(old), encode(new), rows=(pack(old), pack(new)))

    assert seen.measurement == measure(old, new)
    assert seen.measurement.score > 0.02
    assert seen.widths == (160, 160)


def test_a_mask_takes_out_its_area_on_both_sides():
    seen = see_pair(encode(page()), encode(page(colour=40)), masks=[Box(30, 40, 60, 40)])

    assert seen.measurement == SAME


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        b"",
        b"ROW1",
        pack(page())[:-1],
        pack(page())[:-9] + b"x" + pack(page())[-8:],
        b"ROW0" + pack(page())[4:],
        pack(page()) + b"\0",
    ],
)
def test_damaged_or_missing_row_hashes_say_nothing(damaged: bytes | None):
    assert not are_same_pixels(damaged, damaged)
    assert not are_same_pixels(damaged, pack(page()))


def test_row_hashes_tell_every_change_and_another_shape():
    picture = page()
    changed = picture.copy()
    changed[119, 159, 2] ^= 1

    assert [
        y for y, (a, b) in enumerate(zip(row_hashes(picture), row_hashes(changed), strict=True)) if a != b
    ] == [119]
    assert not are_same_pixels(pack(picture), pack(changed))
    assert not are_same_pixels(pack(picture), pack(picture.reshape(60, 320, 3)))
    assert are_same_pixels(pack(picture), pack(picture.copy()))
