"""Shifts of real pictures: how much would differ in place, and where rows went."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from inspect_pipelines.domain.shift import Move
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.shift import shift


def a_page() -> np.ndarray:
    """300 rows, no two alike."""
    return np.random.default_rng(7).integers(0, 255, (300, 200, 3), dtype=np.uint8)


def png(pixels: np.ndarray) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def test_a_banner_that_came_in_moves_everything_below_it() -> None:
    old = a_page()
    new = np.concatenate([old[:60], np.full((24, 200, 3), 200, np.uint8), old[60:]])

    found = shift(png(old), png(new))

    assert found.moves == (Move(84, 240, 24),)
    assert found.raw_ratio == pytest.approx((240 + 24) / 324, abs=0.01)


def test_what_stays_in_place_has_no_moves_and_differs_as_it_does() -> None:
    old = a_page()
    new = old.copy()
    new[10:20] = 255 - new[10:20]

    found = shift(png(old), png(new))

    assert found.moves == ()
    assert found.raw_ratio == pytest.approx(10 / 300, abs=0.01)


def test_a_wider_page_differs_by_what_it_has_more() -> None:
    old = a_page()
    new = np.concatenate([old, old[:, :50]], axis=1)

    assert shift(png(old), png(new)).raw_ratio == pytest.approx(50 / 250)


def test_a_damaged_picture_is_told() -> None:
    with pytest.raises(Unreadable):
        shift(b"no picture", png(a_page()))
