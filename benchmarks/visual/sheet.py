"""The contact sheet: the pairs that come closest to a wrong verdict, and those that get one, to be judged by eye."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.visual.manifest import Pair
from benchmarks.visual.pixels import Box
from benchmarks.visual.product import POLICY, Answer
from inspect_pipelines.imaging.measurement import measure
from inspect_pipelines.imaging.overlay import overlay
from inspect_pipelines.imaging.picture import Pixels, decode

SHOWN = 8  # pairs of each truth
MOST_OF_KIND = 2
CROP = (252, 132)  # px on the sheet
GAP, MARGIN, CAPTION, HEAD = 8, 28, 44, 116  # px
ZOOMS = (3, 2, 1)  # the largest at which a change still fits with some ground around it
AROUND_PX = 10

INK, PALE, GROUND, RIM = (28, 32, 36), (104, 112, 120), (246, 247, 248), (206, 210, 214)
RIGHT, WRONG = (0, 96, 150), (200, 80, 0)  # told apart with every common kind of colour blindness

Judged = list[tuple[Pair, Answer]]


@dataclass(frozen=True, slots=True)
class Column:
    """One half of the sheet."""

    title: str
    rows: Judged
    right: str  # what a right verdict is called
    wrong: str


def hardest(judged: Judged) -> tuple[Judged, Judged]:
    """Changes from the lowest score, harmless pairs from the highest; few of a kind, so that many kinds are shown.

    A change that the layout rule sees whatever its score is, is not hard.
    """
    changes = [row for row in judged if row[0].truth == "change" and not _is_layout(row[1])]
    harmless = [row for row in judged if row[0].truth == "harmless"]
    changes.sort(key=lambda row: (row[1].score, row[0].id))
    harmless.sort(key=lambda row: (-row[1].score, row[0].id))
    return _varied(changes), _varied(harmless)


def draw(judged: Judged, target: Path) -> Path:
    """Write the sheet as a PNG."""
    changes, harmless = hardest(judged)
    columns = (
        Column("Real changes, the lowest scores first", changes, "seen", "MISSED"),
        Column("Harmless pairs, the highest scores first", harmless, "passes", "FALSE ALARM"),
    )
    wide = 3 * CROP[0] + 2 * GAP
    tall = CROP[1] + CAPTION + 2 * GAP
    rows = max(len(column.rows) for column in columns)
    sheet = Image.new("RGB", (3 * MARGIN + 2 * wide, HEAD + rows * tall + MARGIN), GROUND)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, 20), "The hardest pairs of the corpus", INK, _font(24))
    note = f"a pair fails when its score is over {POLICY.tolerance:g}; at most {MOST_OF_KIND} of a kind are shown"
    pen.text((MARGIN, 52), note, PALE, _font(14))
    for number, column in enumerate(columns):
        left = MARGIN + number * (wide + MARGIN)
        pen.text((left, 80), column.title, INK, _font(17))
        for index, row in enumerate(column.rows):
            _card(sheet, pen, (left, HEAD + index * tall), column, row)
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(192, dither=Image.Dither.NONE).save(target, optimize=True)
    return target


def _card(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    at: tuple[int, int],
    column: Column,
    row: tuple[Pair, Answer],
) -> None:
    pair, answer = row
    left, top = at
    is_right = answer.is_failed == (pair.truth == "change")
    word = f"{answer.score:.4f} {column.right if is_right else column.wrong}"
    pen.text((left, top), word, RIGHT if is_right else WRONG, _font(15))
    start = left + pen.textlength(word, _font(15)) + 12
    pen.text((start, top + 1), pair.id, INK, _font(14))
    what = textwrap.shorten(_plain(pair.note), 118, placeholder=" ..")
    pen.text((left, top + 20), what, PALE, _font(13))
    for number, crop in enumerate(_crops(pair)):
        x, y = left + number * (CROP[0] + GAP), top + CAPTION
        pen.rectangle((x - 1, y - 1, x + CROP[0], y + CROP[1]), outline=RIM)
        sheet.paste(crop, (x, y))
        _tag(pen, x, y + CROP[1], ("old", "new", "overlay")[number])


def _tag(pen: ImageDraw.ImageDraw, x: int, bottom: int, word: str) -> None:
    long = pen.textlength(word, _font(11))
    pen.rectangle((x, bottom - 16, x + long + 8, bottom - 1), fill=GROUND)
    pen.text((x + 4, bottom - 15), word, PALE, _font(11))


def _crops(pair: Pair) -> list[Image.Image]:
    """The same place of the old picture, of the new one and of what the product shows people."""
    old, new = decode(pair.old.read_bytes()), decode(pair.new.read_bytes())
    found = measure(old, new)
    shown = decode(overlay(new, found.regions, found.bands))
    box = _place(old, new, pair.box, [region.box for region in found.regions])
    return [_crop(picture, box, pair.scale) for picture in (old, new, shown)]


def _place(old: Pixels, new: Pixels, meant: Box | None, regions: list) -> Box:
    """Where the change is: as it was made, as the product says, or where most differs."""
    if meant:
        return meant
    if regions:
        first = regions[0]
        return first.x, first.y, first.width, first.height
    tall, wide = min(len(old), len(new)), min(old.shape[1], new.shape[1])
    step = cv2.absdiff(old[:tall, :wide], new[:tall, :wide]).astype(np.float32).sum(axis=2)
    worst = int(cv2.blur(step, (16, 16)).argmax())
    return worst % wide - 8, worst // wide - 8, 16, 16


def _crop(picture: Pixels, box: Box, scale: int) -> Image.Image:
    x, y, width, height = box
    fits = [
        z for z in ZOOMS if max((width + AROUND_PX) * z / CROP[0], (height + AROUND_PX) * z / CROP[1]) <= 1
    ]
    zoom = fits[0] if fits else 1
    if not fits and scale > 1:  # sharp screens have as many pixels for less of a page
        zoom = 1 / scale
    wide, tall = round(CROP[0] / zoom), round(CROP[1] / zoom)
    left = x + min(width, wide) // 2 - wide // 2
    top = y + min(height, tall) // 2 - tall // 2
    left = max(0, min(left, picture.shape[1] - wide))
    top = max(0, min(top, picture.shape[0] - tall))
    part = Image.fromarray(np.ascontiguousarray(picture[top : top + tall, left : left + wide]))
    size = (round(part.width * zoom), round(part.height * zoom))
    resized = part.resize(size, Image.Resampling.NEAREST if zoom >= 1 else Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", CROP, GROUND)
    canvas.paste(resized, (0, 0))
    return canvas


def _varied(rows: Judged) -> Judged:
    taken: Counter[str] = Counter()
    chosen = []
    for row in rows:
        if taken[row[0].kind] < MOST_OF_KIND:
            taken[row[0].kind] += 1
            chosen.append(row)
    return chosen[:SHOWN]


def _is_layout(answer: Answer) -> bool:
    return any("layout budget" in reason for reason in answer.why)


def _plain(text: str) -> str:
    """Without letters that the sheet's font has no shapes for."""
    return "".join(letter if ord(letter) < 0x250 else "·" for letter in text)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
