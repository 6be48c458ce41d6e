"""Thumbnails: the top of a page, small, for strips of many; whoever judges a picture looks at the picture itself."""

from __future__ import annotations

import cv2
import numpy as np

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.picture import decode

WIDTH, HEIGHT = 240, 180  # px, twice as many as the strip shows, for dense screens
QUALITY = 70


def thumbnail(png: bytes) -> bytes:
    """A WebP of a few kilobytes.

    Raises:
        Unreadable: It is no picture.
    """
    page = decode(png)
    rows = min(len(page), max(1, page.shape[1] * HEIGHT // WIDTH))
    small = cv2.resize(
        page[:rows], (WIDTH, max(1, round(rows * WIDTH / page.shape[1]))), interpolation=cv2.INTER_AREA
    )
    done, coded = cv2.imencode(
        ".webp", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, QUALITY]
    )
    if not done:
        raise Unreadable("a thumbnail could not be written")
    return np.asarray(coded).tobytes()
