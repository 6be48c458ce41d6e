"""scikit-image's SSIM, asked about the changed windows alone."""

from __future__ import annotations

import numpy as np

from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.window import Window, differing_rows, windows

SIDE = 7  # px of the sliding window, scikit-image's default
RIM = SIDE // 2
STRIP = 256  # rows at once: scikit-image holds ten pictures of 64-bit numbers meanwhile, 4 GB for a tall page


def ssim(old: Pixels, new: Pixels) -> float | None:
    """`skimage.metrics.structural_similarity(old, new, channel_axis=-1, data_range=255)`, to 1e-9.

    Where nothing differs the index is exactly 1, so only windows round what does are computed.

    Returns:
        -1.0 .. 1.0; None when the sizes differ or a side is under 7 px.
    """
    height, width = old.shape[:2]
    if old.shape != new.shape or min(height, width) < SIDE:
        return None
    missing = 0.0
    for found in windows(old, new, differing_rows(old, new)):
        whole = found.on_grid(1, RIM, height, width)
        for strip in whole.strips(STRIP):
            missing += _missing(old, new, strip)
    return 1.0 - float(missing / ((height - 2 * RIM) * (width - 2 * RIM)))


def _missing(old: Pixels, new: Pixels, part: Window) -> float:
    """The sum of 1 - SSIM over a part's pixels, but not over the picture's rim, as scikit-image leaves it out."""
    from skimage.metrics import structural_similarity  # 0.3 s that only this question pays

    height, width = old.shape[:2]
    top, bottom = max(part.top, RIM), min(part.bottom, height - RIM)
    left, right = max(part.left, RIM), min(part.right, width - RIM)
    if top >= bottom or left >= right:
        return 0.0
    around = np.s_[top - RIM : bottom + RIM, left - RIM : right + RIM]  # whose own rim is left out again
    index: float = structural_similarity(  # type: ignore[no-untyped-call]
        old[around], new[around], channel_axis=-1, data_range=255
    )
    return float((1.0 - index) * (bottom - top) * (right - left))
