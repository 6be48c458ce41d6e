"""Fingerprints: exactly this change, recognised again next night although it jitters by a pixel.

A hash cannot do that: whatever it rounds to, some change stands on the boundary and falls to the other side. So a
fingerprint is a small picture of the change that is compared, not looked up: for each region its kind, its box and
a thumbnail of how its colours changed. `is_same_change` says whether two of them mean the same.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.window import Window, cut

VERSION = "v1"
MOST = 6  # regions; the weightiest ones say it all
MARGIN = 4  # px round a region, so that a displaced copy can be laid over it
SIDE = 24  # samples a side at most: every pixel of a letter, a grid over a page
JITTER = 5  # px; a pixel of displacement and the anti-aliasing move both edges of a box
MOVES = tuple(step / 4 for step in range(-6, 7))  # px that one of them may be displaced
APART = 0.355  # of the change's own strength: how far two pictures of one change are apart at most
OUTSIDE = -10_000.0  # stands for a sample that a mark does not have
TINT_APART = 6.0  # levels between the mean colours of one change, plus the same share of its strength


class _Mark(NamedTuple):
    box: tuple[int, int, int, int]
    tints: npt.NDArray[np.float32]  # (2, 2): the mean Cr and Cb before and after; brightness is in the greys
    greys: npt.NDArray[np.float32]  # (rows, columns, 2): what stood there and stands there, with a margin


def fingerprint(old: Pixels, new: Pixels, regions: Sequence[Region]) -> str:
    """A text of up to about 1,600 characters a region that stands for this change; empty when there is none.

    Args:
        old, new: Of one size; boxes are in their coordinates.
    """
    if not regions:
        return ""
    return ";".join(
        [f"{VERSION}:{len(regions)}", *(_text(old, new, region.box) for region in regions[:MOST])]
    )


def is_same_change(one: str, other: str) -> bool:
    """Whether two fingerprints mean the same change, give or take a pixel and the anti-aliasing.

    One of more regions than are kept is like nothing: nobody has seen whether the others are the same.
    """
    if not one or not other or one.split(";")[0] != other.split(";")[0]:
        return False
    if int(one.split(";")[0].removeprefix(f"{VERSION}:")) > MOST:
        return False
    if one == other:  # as most are that stand on many pages; laying them over each other takes milliseconds
        return True
    theirs = _marks(other)
    for mark in _marks(one):
        match = next((at for at, mate in enumerate(theirs) if _alike(mark, mate)), None)
        if match is None:
            return False
        del theirs[match]
    return True


def _text(old: Pixels, new: Pixels, box: Box) -> str:
    inner = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
    tints = np.array([_tint(old[inner]), _tint(new[inner])])
    around = Window(box.y - MARGIN, box.y + box.height + MARGIN, box.x - MARGIN, box.x + box.width + MARGIN)
    size = (min(around.width, SIDE), min(around.height, SIDE))
    greys = [_sampled(cut(picture, around), size) for picture in (old, new)]
    levels = np.concatenate([tints.round().ravel(), *(grey.ravel() for grey in greys)]).astype(np.uint8)
    place = ",".join(map(str, (box.x, box.y, box.width, box.height, *size)))
    return f"{place},{urlsafe_b64encode(levels.tobytes()).decode()}"


def _tint(part: Pixels) -> npt.NDArray[np.float64]:
    mean = np.array(cv2.mean(part)[:3]).reshape(1, 1, 3).round().astype(np.uint8)
    return np.asarray(cv2.cvtColor(mean, cv2.COLOR_RGB2YCrCb).reshape(3)[1:], dtype=np.float64)


def _sampled(part: Pixels, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    soft = cv2.GaussianBlur(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _marks(text: str) -> list[_Mark]:
    marks = []
    for part in text.split(";")[1:]:
        x, y, width, height, columns, rows, data = part.split(",")
        levels = np.frombuffer(urlsafe_b64decode(data), np.uint8).astype(np.float32)
        greys = levels[4:].reshape(2, int(rows), int(columns)).transpose(1, 2, 0)
        box = (int(x), int(y), int(width), int(height))
        marks.append(_Mark(box, levels[:4].reshape(2, 2), np.ascontiguousarray(greys)))
    return marks


def _alike(one: _Mark, other: _Mark) -> bool:
    x, y, width, height = np.subtract(one.box, other.box)
    if np.abs((x, y, width, height)).max() > JITTER:
        return False
    tint = float(np.abs(np.diff(one.tints, axis=0)).max())
    if float(np.abs(one.tints - other.tints).max()) > TINT_APART + APART * tint:
        return False
    return any(_apart(one, other, x + right, y + down) <= APART for right in MOVES for down in MOVES)


def _apart(one: _Mark, other: _Mark, right: float, down: float) -> float:
    """How far two marks are apart where both have samples, in units of the change's own strength.

    Args:
        right, down: Where the other's place is from the first one's, in pixels.
    """
    rows, columns = one.greys.shape[:2]
    scale, own = _scale(one), _scale(other)
    moved = np.array(
        [[scale[0] / own[0], 0, -right * scale[0]], [0, scale[1] / own[1], -down * scale[1]]],
        dtype=np.float64,
    )
    laid = cv2.warpAffine(other.greys, moved, (columns, rows), borderValue=(OUTSIDE, OUTSIDE))
    shared = laid.min(axis=2) >= 0  # where the border mixes in, a sample is below 0 as well
    if np.count_nonzero(shared) < shared.size / 2:
        return float("inf")
    ours = one.greys[shared]
    strength = float(np.abs(ours[:, 1] - ours[:, 0]).mean())
    return float(np.abs(ours - laid[shared]).mean()) / max(strength, 2.0)


def _scale(mark: _Mark) -> tuple[float, float]:
    """Samples a pixel, across and down."""
    rows, columns = mark.greys.shape[:2]
    return columns / (mark.box[2] + 2 * MARGIN), rows / (mark.box[3] + 2 * MARGIN)
