"""Where the page itself says another text, a displacement is not what changed its letters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from builders import a_baseline, a_screenshot
from galleries import MemoryGallery
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.usecases.pictures.compare import compare
from pictures import text

PLACE = Box(40, 20, 160, 30)


@pytest.fixture
def gallery() -> MemoryGallery:
    return MemoryGallery()


def price(gallery: MemoryGallery, drawn: str, *, says: str, size: int = 14) -> Screenshot:
    image = Image.new("RGB", (240, 80), "#fff")
    ImageDraw.Draw(image).text((46, 24), drawn, "#14161a", ImageFont.load_default(size))
    return shot(gallery, np.asarray(image), says)


def shot(gallery: MemoryGallery, pixels: np.ndarray, says: str) -> Screenshot:
    sha256 = gallery.put(encode(pixels))
    return a_screenshot(sha256=sha256, elements=((f"heading '{says}'", PLACE),), texts=(says,))


def compared(gallery: MemoryGallery, old: Screenshot, new: Screenshot) -> Comparison:
    approved = a_baseline(images={old.view: image_of(old, RunId("run-1"))})
    (comparison,) = compare(gallery, approved, [new], BaselinePolicy())
    return comparison


@pytest.mark.parametrize("size", [12, 14, 16, 18])
def test_every_digit_that_became_another_fails(gallery: MemoryGallery, size: int):
    """8 became 9 in a price of 14 px, and the score was 0.000: half a pixel up explained all of it."""
    for before, after in itertools.permutations("0123456789", 2):
        old = price(gallery, f"Total {before} EUR", says=f"Total {before} EUR", size=size)
        new = price(gallery, f"Total {after} EUR", says=f"Total {after} EUR", size=size)

        assert not compared(gallery, old, new).passed, (before, after, size)


def test_the_sentence_says_both_texts(gallery: MemoryGallery):
    old, new = (price(gallery, f"Total {digit} EUR", says=f"Total {digit} EUR") for digit in "89")

    comparison = compared(gallery, old, new)

    assert comparison.reason.startswith("text of heading changed from 'Total 8 EUR' to 'Total 9 EUR'")


def test_a_text_that_says_the_same_may_be_drawn_anew(gallery: MemoryGallery):
    old = shot(gallery, text("Total 8 EUR"), "Total 8 EUR")
    new = shot(gallery, text("Total 8 EUR", x=12.4, y=12.3), "Total 8 EUR")

    assert compared(gallery, old, new).passed


def test_another_text_that_nobody_sees_passes(gallery: MemoryGallery):
    old = price(gallery, "Total 8 EUR", says="Total 8 EUR")
    new = price(gallery, "Total 8 EUR", says="Total 8 EUR, hidden by the next box")

    assert compared(gallery, old, new).passed


def test_what_is_drawn_anew_beside_another_text_passes(gallery: MemoryGallery):
    """Only there, where the text is another one, and the pixels are."""
    beside = Box(0, 60, 200, 20)
    old, new = text("Total 8 EUR"), text("Total 8 EUR", x=12.4)

    def two(pixels: np.ndarray, says: str) -> Screenshot:
        first = shot(gallery, pixels, "Total 8 EUR")
        return a_screenshot(
            sha256=first.sha256,
            elements=(*first.elements, (f"text '{says}'", beside)),
            texts=(*first.texts, says),
        )

    assert compared(gallery, two(old, "one"), two(new, "two")).passed
