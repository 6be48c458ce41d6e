"""Shifts measured: where rows went between two pictures, and how much would differ if nobody had looked for that."""

from __future__ import annotations

import numpy as np

from inspect_pipelines.domain.shift import Shift, moves_of
from inspect_pipelines.imaging.alignment import align
from inspect_pipelines.imaging.picture import decode


def shift(old: bytes, new: bytes) -> Shift:
    """Of two PNG files. Raises Unreadable when one is damaged."""
    before, after = decode(old), decode(new)
    height, width = (min(one, other) for one, other in zip(before.shape[:2], after.shape[:2], strict=True))
    whole = max(len(before), len(after)) * max(before.shape[1], after.shape[1])
    differing = np.any(before[:height, :width] != after[:height, :width], axis=2)
    raw = (int(np.count_nonzero(differing)) + whole - height * width) / whole
    rows = align(before[:, :width], after[:, :width]).stretches
    return Shift(raw, len(after), moves_of([(one.old_y, one.new_y, one.height) for one in rows]))
