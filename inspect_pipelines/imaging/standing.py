"""Standing out: the pixels whose difference a displacement by a fraction of a pixel cannot explain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.cells import Grid, grid_shape, spread, sums
from inspect_pipelines.imaging.colour import distance
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.window import Window, cut

UNSEEN = 3  # levels; dithering and re-encoding stay within two, a step of three cannot be seen
# Of the range in 3 x 3 px, which is two pixels of slope: a quarter of a pixel, which is as far as the steps of half
# pixels leave two copies apart, needs 0.2; the rest is for what other rasterising does to an edge.
SLOPE = 0.45
SPECKLE = 3  # pixels in 3 x 3; what was blurred with its neighbours does not stand alone
HALO = 4  # px that blur, slope and speckle look over the edge
RIM = 2  # px at the picture's edge; a displacement brings in what no picture shows
NEIGHBOURS = np.ones((3, 3), dtype=np.uint8)
# A hairline: thin and straight, upright or level. It is seen as one thing along its whole length, so each place of it counts
# for more than its few pixels: 1 px of #ddd on white is a divider that people miss when it goes, and scored 0.017 without.
LINE_PX = 33  # a shorter one is a stroke like others
THICK_PX = 7  # softened, a line of 3 px is 5 thick; what is thicker is an area
LINE_GAIN = 2.0  # of its colour distance, as much as faint letters get
LEVEL, UPRIGHT = np.ones((1, LINE_PX), dtype=np.uint8), np.ones((LINE_PX, 1), dtype=np.uint8)
THICK = np.ones((THICK_PX, THICK_PX), dtype=np.uint8)

# The eye tells colours apart over larger areas than brightness: gratings of equal brightness melt into one at a third of the
# frequency (Mullen 1985). So a pixel counts with its own brightness and the colour of what is around it, which leaves
# nothing of the fringes that drawing letters by a screen's stripes lays round each of them.
COLOUR_PX = (5, 3)  # across and down; the stripes lie side by side
BRIGHTNESS = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # of red, green and blue (ITU-R BT.601)

# Softening by binomials. A displacement by half a pixel softens too, so the side that stays takes as much (variance 3/4).
SOFT = np.array([0, 0, 1, 2, 1, 0, 0], dtype=np.float32) / 4
HALF_ON = np.array([0, 1, 3, 3, 1, 0, 0], dtype=np.float32) / 8
SOFTER = np.array([0, 1, 8, 14, 8, 1, 0], dtype=np.float32) / 32

Step = tuple[int, int]  # half pixels right and down
STAY: Step = (0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands out in one strip."""

    energy: Grid  # per cell, the sum of squared colour distances, 1.0 a pixel at most
    counts: npt.NDArray[np.int32]  # pixels per cell
    old: Pixels  # the strip's softened pictures
    new: Pixels


def standing_out(
    old: Pixels,
    new: Pixels,
    strip: Window,
    old_step: Step = STAY,
    new_step: Step = STAY,
    asked: npt.NDArray[np.bool_] | None = None,
    strict: npt.NDArray[np.bool_] | None = None,
) -> Standing:
    """The pixels of a strip that stand out, with both pictures displaced by so much.

    Softened by one pixel, a difference between displaced copies of one edge is at most the displacement times the
    slope there; the range of the 3 x 3 neighbourhood bounds the slope. The flatter of the two pictures counts: what
    appears on flat ground has no slope to hide behind.

    Args:
        asked: Cells that are looked at; all by default.
        strict: Cells in which whatever differs stands out, since no displacement is what happened there.
    """
    wide = Window(strip.top - HALO, strip.bottom + HALO, strip.left - HALO, strip.right + HALO)
    before, after = _softened(old, wide, old_step, new_step), _softened(new, wide, new_step, old_step)
    step = cv2.absdiff(before, after)
    slope = cv2.min(_range(before), _range(after))
    if strict is not None:
        slope[HALO:-HALO, HALO:-HALO][spread(strict, strip.height, strip.width) > 0] = 0
    excess = cv2.subtract(step, cv2.convertScaleAbs(slope, alpha=SLOPE, beta=UNSEEN))
    stands = (cv2.inRange(excess, (0, 0, 0), (0, 0, 0)) == 0).view(np.uint8)
    crowd = cv2.boxFilter(stands, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    stands &= crowd >= SPECKLE
    if (old_step, new_step) != (STAY, STAY):
        _clear_rim(stands, wide, *old.shape[:2])
    inner = np.s_[HALO:-HALO, HALO:-HALO]
    shape = grid_shape(strip.height, strip.width)
    stands = stands[inner]
    if asked is not None:
        stands = stands & spread(asked, *stands.shape)
    ys, xs = np.nonzero(stands)
    if not len(ys):
        nothing: Grid = np.zeros(shape, dtype=np.float32)
        return Standing(nothing, np.zeros(shape, dtype=np.int32), before[inner], after[inner])
    gain = np.where(_hairlines(stands)[ys, xs], np.float32(LINE_GAIN), np.float32(1))
    wide_ys, wide_xs = ys + HALO, xs + HALO
    old_colours, new_colours = (_to_the_eye(picture, wide_ys, wide_xs) for picture in (before, after))
    far = np.minimum(distance(old_colours, new_colours) / 100 * gain, 1)
    ones = np.ones(len(ys), dtype=np.float32)
    counts = sums(ys, xs, ones, shape).astype(np.int32)
    return Standing(sums(ys, xs, far * far, shape), counts, before[inner], after[inner])


def displaced(picture: Pixels, window: Window, step: Step) -> Pixels:
    """That part of a picture as it would be if the picture had been moved by a step of whole pixels."""
    right, down = step[0] // 2, step[1] // 2
    return cut(
        picture, Window(window.top - down, window.bottom - down, window.left - right, window.right - right)
    )


def _softened(picture: Pixels, window: Window, step: Step, other: Step) -> Pixels:
    """That part of a picture, displaced and softened as much as the other side, which takes the other step."""
    right, down = step[0] % 2, step[1] % 2
    whole = displaced(picture, window, (step[0] - right, step[1] - down))
    if not (right or down or other[0] % 2 or other[1] % 2):
        soft: Pixels = cv2.GaussianBlur(whole, (3, 3), 0)  # type: ignore[assignment]
        return soft
    across = HALF_ON if right else SOFTER if other[0] % 2 else SOFT
    along = HALF_ON if down else SOFTER if other[1] % 2 else SOFT
    halfway: Pixels = cv2.sepFilter2D(whole, -1, across, along)  # type: ignore[assignment]
    return halfway


def _to_the_eye(
    picture: Pixels, ys: npt.NDArray[np.intp], xs: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    """The colours of some pixels, (pixels, 3), each with its own brightness and the colour of its surroundings.

    Args:
        ys, xs: At least half of COLOUR_PX inside the picture.
    """
    across, down = COLOUR_PX[0] // 2, COLOUR_PX[1] // 2
    top, left = int(ys.min()) - down, int(xs.min()) - across
    part = picture[top : int(ys.max()) + down + 1, left : int(xs.max()) + across + 1]
    around = cv2.blur(part, COLOUR_PX)[ys - top, xs - left].astype(np.float32)
    own = (picture[ys, xs] - around) @ BRIGHTNESS
    return np.asarray(np.clip(around + own[:, None], 0, 255), dtype=np.float32)


def _hairlines(stands: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The pixels of those that stand out which are parts of a hairline."""
    lines = _opened(stands, LEVEL) | _opened(stands, UPRIGHT)
    return lines & ~_opened(stands, THICK) if lines.any() else lines


def _opened(stands: npt.NDArray[np.uint8], kernel: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The pixels that some placing of the kernel covers without leaving what stands out."""
    opened = cv2.morphologyEx(stands, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    found: npt.NDArray[np.bool_] = np.asarray(opened, dtype=bool)
    return found


def _range(picture: Pixels) -> Pixels:
    found: Pixels = cv2.morphologyEx(picture, cv2.MORPH_GRADIENT, NEIGHBOURS)  # type: ignore[assignment]
    return found


def _clear_rim(stands: npt.NDArray[np.uint8], wide: Window, height: int, width: int) -> None:
    top, left = RIM - wide.top, RIM - wide.left
    bottom, right = height - RIM - wide.top, width - RIM - wide.left
    stands[: max(top, 0)] = 0
    stands[max(bottom, 0) :] = 0
    stands[:, : max(left, 0)] = 0
    stands[:, max(right, 0) :] = 0
