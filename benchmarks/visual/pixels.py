"""What pictures hold and say about each other: arrays in, values out."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

TILE_PX = 64

Box = tuple[int, int, int, int]  # x, y, width, height in px


def decoded(png: bytes) -> np.ndarray:
    """Pixels, shape (height, width, 3), sRGB, uint8."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def encoded(pixels: np.ndarray, level: int = 4) -> bytes:
    """PNG bytes of pixels, shape (height, width, 3)."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=level)
    return out.getvalue()


def encoded_by_row(pixels: np.ndarray, filter_type: int) -> bytes:
    """A PNG whose rows all use one filter: 0 none, 1 sub, 2 up, 3 average, 4 Paeth."""
    tall, wide, _ = pixels.shape
    here = pixels.astype(np.int16)
    left, up, corner = np.zeros_like(here), np.zeros_like(here), np.zeros_like(here)
    left[:, 1:], up[1:], corner[1:, 1:] = here[:, :-1], here[:-1], here[:-1, :-1]
    if filter_type == 4:
        guess = left + up - corner
        to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
        by = np.where(
            (to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner)
        )
    else:
        by = (np.zeros_like(here), left, up, (left + up) // 2)[filter_type]
    rows = np.full((tall, 1 + wide * 3), filter_type, np.uint8)
    rows[:, 1:] = ((here - by) & 255).astype(np.uint8).reshape(tall, -1)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 3)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Where and how much two pictures differ, within their common size.

    Attributes:
        changed_px: Pixels with any other byte.
        box: Round all of them; None when there are none.
        clear_px: Changed pixels of at least dE 10; estimated from a sample when there are very many.
        visible_px: The same from dE 4.
    """

    changed_px: int
    box: Box | None
    clear_px: int
    visible_px: int


def difference(old: np.ndarray, new: np.ndarray) -> Difference:
    """How `new` differs from `old`."""
    tall, wide = min(old.shape[0], new.shape[0]), min(old.shape[1], new.shape[1])
    old, new = old[:tall, :wide], new[:tall, :wide]
    rows = np.flatnonzero((old != new).reshape(tall, -1).any(axis=1))
    if not rows.size:
        return Difference(0, None, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    at_y, at_x = np.nonzero((old[top:bottom] != new[top:bottom]).any(axis=2))
    count = at_y.size
    step = max(1, count // 8_000)
    steps = delta_e(old[top + at_y[::step], at_x[::step]], new[top + at_y[::step], at_x[::step]])
    left, right = int(at_x.min()), int(at_x.max()) + 1
    box = (left, top, right - left, bottom - top)
    return Difference(count, box, int((steps >= 10).sum()) * step, int((steps >= 4).sum()) * step)


def delta_e(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """CIEDE2000, shape (n,), between colours of shape (n, 3), uint8."""
    return deltaE_ciede2000(rgb2lab(old.reshape(-1, 1, 3)), rgb2lab(new.reshape(-1, 1, 3))).ravel()


def jumps(old: np.ndarray, new: np.ndarray) -> list[Box]:
    """Tiles that fit much better when moved by one pixel: there, text or a line jumped."""
    tall, wide, _ = old.shape
    rows, columns = tall // TILE_PX, wide // TILE_PX
    cut = (slice(0, rows * TILE_PX), slice(0, columns * TILE_PX))
    changed = (old[cut] != new[cut]).any(axis=2).reshape(rows, TILE_PX, columns, TILE_PX).sum(axis=(1, 3))
    found: list[Box] = []
    for tile in np.argsort(changed, axis=None)[::-1]:
        row, column = divmod(int(tile), columns)
        if changed[row, column] < 20:
            break
        y, x = row * TILE_PX, column * TILE_PX
        before = old[y : y + TILE_PX, x : x + TILE_PX].sum(axis=2, dtype=np.int32)
        after = new[y : y + TILE_PX, x : x + TILE_PX].sum(axis=2, dtype=np.int32)[1:-1, 1:-1]
        errors = {
            (by_y, by_x): int(((before[1 + by_y : 63 + by_y, 1 + by_x : 63 + by_x] - after) ** 2).sum())
            for by_y in (-1, 0, 1)
            for by_x in (-1, 0, 1)
        }
        if min(errors.values()) < 0.5 * errors[0, 0]:
            found.append((x, y, TILE_PX, TILE_PX))
    return found
