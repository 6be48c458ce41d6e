"""Scrollbars: upright bars at the right edge of a picture, or inside a page, told by how they are built.

A bar is a grey track with a grey thumb along its middle: the track's rims are one colour from end to end, the thumb is
one filled run that is longer than wide, and nothing else is there but arrows at the ends. Inside a page, where an icon
in a column of its own is built much alike, both arrows must be there, and the bar must be all that changed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.picture import Pixels

WIDEST = 60  # px; Chromium's classic bar has 15 CSS px, at a scale of up to three, and some more for zoom
MOST_RIM = 15  # px of track beside the thumb; 3 CSS px on Linux, 4 on Windows
THUMB = (4, 45)  # px across; the overlay one has 6, the classic one 9 to 15
SLENDER = 1.9  # a thumb's length by its width, at least; Chromium's shortest one is 17 px by 9
THUMB_CONTRAST = (20, 170)  # levels between thumb and track; black on white is a drawing
LEAST_INNER = 4  # a bar's length inside a page by its width, at least: two arrows and a thumb
MOST_UNSEEN_RIM = 4  # px
LONGEST_ARROW = 60  # px at each end: arrow and gap, at a scale of up to three
GREY = 12  # levels between the channels of a bar's colours
EVEN = 6  # levels along a track's rim
RIM_RATIO = 0.97  # of a rim that has the track's colour; the corner where another bar crosses is not
FILLED_RATIO = 0.85  # of the thumb's rectangle that has the thumb's colour; the rest are its round ends
CLEAN_RATIO = 0.97  # of the whole bar that has one of the two colours

Colour = npt.NDArray[np.int16]  # (3,)
Flags = npt.NDArray[np.bool_]


def window_scrollbar(old: Pixels, new: Pixels) -> Box | None:
    """The strip at the right edge that holds the window's bar, on one side or on both; None: there is none.

    Args:
        old, new: Of one size.
    """
    widths = [width for side in (old, new) if (width := _bar_width(side[:, -WIDEST:]))]
    if not widths:
        return None
    height, width = old.shape[:2]
    return Box(width - max(widths), 0, max(widths), height)


def is_inner_scrollbar(old: Pixels, new: Pixels, box: Box) -> bool:
    """Whether what changed is a whole bar that came or went.

    Args:
        old, new: Of one size; the box is in their coordinates.
    """
    if not (THUMB[0] <= box.width <= WIDEST and box.height >= LEAST_INNER * box.width):
        return False
    for side in (old, new):
        for grown in range(MOST_UNSEEN_RIM + 1):  # a rim may have the colour of the ground
            right = box.x + box.width + grown
            strip = side[box.y : box.y + box.height, max(right - WIDEST, 0) : right]
            width = _bar_width(strip, needs_arrows=True)
            if width is not None and abs(width - box.width) <= 2 * grown + 1:
                return True
    return False


def _bar_width(strip: Pixels, *, needs_arrows: bool = False) -> int | None:
    """How wide the bar at the right end of a strip is: rim, thumb and a rim of the same width."""
    track = strip[len(strip) // 2, -1].astype(np.int16)
    if np.ptp(track) > GREY:
        return None
    is_rim = (_near(strip, track).mean(axis=0) >= RIM_RATIO)[::-1]  # from the edge inwards
    rim = int(np.argmin(is_rim)) if not is_rim.all() else 0
    thumb = int(np.argmax(is_rim[rim:])) if is_rim[rim:].any() else 0
    width = 2 * rim + thumb
    if not (1 <= rim <= MOST_RIM and THUMB[0] <= thumb <= THUMB[1] and width <= len(is_rim)):
        return None
    if not is_rim[rim + thumb : width].all():
        return None
    return width if _holds_a_thumb(strip[:, -width:], rim, track, needs_arrows=needs_arrows) else None


def _holds_a_thumb(bar: Pixels, rim: int, track: Colour, *, needs_arrows: bool) -> bool:
    """Whether there is one thumb between the rims, and nothing else but arrows at the ends."""
    width = bar.shape[1] - 2 * rim
    inked = ~_near(bar[:, rim + width // 2], track)
    edges = np.diff(np.concatenate([[False], inked, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not starts.size:
        return False
    longest = int(np.argmax(ends - starts))
    top, bottom = int(starts[longest]), int(ends[longest])
    colour: Colour = np.median(bar[top:bottom, rim + width // 2], axis=0).astype(np.int16)
    is_thumb = _near(bar, colour)
    contrast = np.abs(colour - track).max()
    if not THUMB_CONTRAST[0] <= contrast <= THUMB_CONTRAST[1]:
        return False
    if np.ptp(colour) > GREY or bottom - top < SLENDER * width:
        return False
    if is_thumb[top:bottom, rim : rim + width].mean() < FILLED_RATIO:
        return False
    if (is_thumb | _near(bar, track)).mean() < CLEAN_RATIO:
        return False
    others = [(start, end) for start, end in zip(starts, ends, strict=True) if start != top]
    head = [end <= LONGEST_ARROW for _, end in others]
    tail = [start >= len(bar) - LONGEST_ARROW for start, _ in others]
    if needs_arrows and not (any(head) and any(tail)):
        return False
    return all(first or last for first, last in zip(head, tail, strict=True))


def _near(pixels: Pixels, colour: Colour) -> Flags:
    found: Flags = (np.abs(pixels.astype(np.int16) - colour) <= EVEN).all(axis=-1)
    return found
