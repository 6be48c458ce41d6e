"""SSIM as scikit-image defines it, from the changed windows alone."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.window import Window, differing_rows, windows

SIDE = 7  # px of the sliding window, scikit-image's default
RIM = SIDE // 2
STABLE_MEAN, STABLE_SPREAD = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # Wang et al. 2004: K1, K2 and 8-bit data
SAMPLE = SIDE**2 / (SIDE**2 - 1)  # sample covariance, as scikit-image's default has it
STRIP = 256  # rows; 64-bit numbers need eight times a picture's room


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
    share = missing / ((height - 2 * RIM) * (width - 2 * RIM) * old.shape[2])
    return 1.0 - float(share)


def _missing(old: Pixels, new: Pixels, part: Window) -> float:
    """The sum of 1 - SSIM over a part's pixels, but not over the picture's rim, as scikit-image leaves it out."""
    height, width = old.shape[:2]
    top, bottom = max(part.top, RIM), min(part.bottom, height - RIM)
    left, right = max(part.left, RIM), min(part.right, width - RIM)
    if top >= bottom or left >= right:
        return 0.0
    around = np.s_[top - RIM : bottom + RIM, left - RIM : right + RIM]
    x, y = old[around].astype(np.float64), new[around].astype(np.float64)
    mean_x, mean_y = _mean(x), _mean(y)
    spread_x = SAMPLE * (_mean(x * x) - mean_x * mean_x)
    spread_y = SAMPLE * (_mean(y * y) - mean_y * mean_y)
    shared = SAMPLE * (_mean(x * y) - mean_x * mean_y)
    index = ((2 * mean_x * mean_y + STABLE_MEAN) * (2 * shared + STABLE_SPREAD)) / (
        (mean_x**2 + mean_y**2 + STABLE_MEAN) * (spread_x + spread_y + STABLE_SPREAD)
    )
    return float((1.0 - index).sum())


def _mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Sums of integers are exact in 64 bits: what is left is the rounding of the division.
    total = cv2.boxFilter(values, cv2.CV_64F, (SIDE, SIDE), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total[RIM:-RIM, RIM:-RIM] / SIDE**2, dtype=np.float64)
