"""Pairs for the clock: eight things that happen to a page, done to real pages of the corpus, in three sizes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.visual.manifest import Pair
from benchmarks.visual.pixels import decoded, encoded

FULL_PX = 8000  # rows of the full page
SIZES = {
    "full": ("article", "gallery", "tables"),
    "desktop": ("article", "dashboard", "form", "gallery"),
    "phone": ("article", "dashboard", "form", "gallery"),
}
BLOCK_PX = 120
IDAT_BYTES = 4096  # Chromium writes its pictures in pieces of this size


@dataclass(frozen=True, slots=True)
class Case:
    """One pair of files.

    Attributes:
        size: "full" (1280 x 8000 px), "desktop" (1280 x 720) or "phone" (375 x 667).
        kind: What was done to the page; a stable slug.
        pixels: Of one picture.
    """

    size: str
    page: str
    kind: str
    old: Path
    new: Path
    pixels: int

    @property
    def pair_bytes(self) -> int:
        """What both pictures take when they are decoded."""
        return 2 * 3 * self.pixels


def build(pairs: Iterable[Pair], folder: Path) -> Iterator[Case]:
    """Write every case's files into `folder`; the same corpus gives the same bytes."""
    for (size, page), source in _sources(pairs).items():
        png = source.read_bytes()
        pixels = decoded(png)
        if size == "full":
            pixels, png = _tall(pixels, png)
        home = folder / size / page
        home.mkdir(parents=True)
        (home / "old.png").write_bytes(png)
        for kind, make in KINDS.items():
            target = home / f"{kind}.png"
            target.write_bytes(make(pixels, png))
            yield Case(size, page, kind, home / "old.png", target, pixels.shape[0] * pixels.shape[1])


def _sources(pairs: Iterable[Pair]) -> dict[tuple[str, str], Path]:
    """The first picture of each page in each size: of the pages named above, or of the first ones that there are."""
    pictures: dict[tuple[str, str], Path] = {}
    for pair in sorted(pairs, key=lambda pair: pair.id):
        if pair.scale == 1 and pair.viewport in SIZES:
            pictures.setdefault((pair.viewport, pair.page), pair.old)
    chosen = {}
    for size, wanted in SIZES.items():
        there = [page for of, page in pictures if of == size]
        known = [page for page in wanted if page in there] or there[: len(wanted)]
        chosen |= {(size, page): pictures[size, page] for page in known}
    return chosen


def as_chromium(pixels: np.ndarray) -> bytes:
    """A PNG as Chromium's `optimizeForSpeed` writes it: each row less the one above, quickly compressed."""
    tall, wide, _ = pixels.shape
    above = np.zeros_like(pixels)
    above[1:] = pixels[:-1]
    rows = np.full((tall, 1 + wide * 3), 2, np.uint8)
    rows[:, 1:] = (pixels - above).reshape(tall, -1)
    data = zlib.compress(rows.tobytes(), 1)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0))]
    chunks += [(b"IDAT", data[at : at + IDAT_BYTES]) for at in range(0, len(data), IDAT_BYTES)]
    chunks += [(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _tall(pixels: np.ndarray, png: bytes) -> tuple[np.ndarray, bytes]:
    """The page with exactly FULL_PX rows: cut off, or begun anew below its end."""
    if len(pixels) == FULL_PX:
        return pixels, png
    times = -(-FULL_PX // len(pixels))
    whole = np.concatenate([pixels] * times)[:FULL_PX]
    return whole, as_chromium(whole)


def _same_bytes(_: np.ndarray, png: bytes) -> bytes:
    return png


def _other_bytes(pixels: np.ndarray, _: bytes) -> bytes:
    """Written by another encoder, with its own choice of filters and a higher compression."""
    return encoded(pixels, level=6)


def _colour(pixels: np.ndarray, _: bytes) -> bytes:
    """A flat area of at most 240 x 48 px, such as a button's, steps by some dE 10."""
    new = pixels.copy()
    part = _part(new, 0.3, 240, 48)
    flat = part.reshape(-1, 3)
    colours, counts = np.unique(flat, axis=0, return_counts=True)
    ground = colours[counts.argmax()]
    step = np.where(ground > 127, -1, 1) * np.array([10, 24, 40])
    part[(part == ground).all(axis=2)] = (ground.astype(np.int16) + step).astype(np.uint8)
    return as_chromium(new)


def _text(pixels: np.ndarray, _: bytes) -> bytes:
    """A few lines of at most 480 x 72 px say what other lines of the page say."""
    new = pixels.copy()
    places = [at / 100 for at in range(4, 96, 2) if _is_text(_part(pixels, at / 100, 480, 72))] or [0.3, 0.6]
    here = _part(new, places[0], 480, 72)
    anywhere = [at / 100 for at in range(4, 96, 2)]
    others = (_part(pixels, place, 480, 72) for place in [*reversed(places), *anywhere])
    here[:] = next(other for other in others if other.shape == here.shape and (other != here).any())
    return as_chromium(new)


def _is_text(part: np.ndarray) -> bool:
    """Much even ground and some strokes on it."""
    _, counts = np.unique(part.reshape(-1, 3), axis=0, return_counts=True)
    return len(part) == 72 and 0.7 <= counts.max() / counts.sum() <= 0.93


def _inserted(pixels: np.ndarray, _: bytes) -> bytes:
    """A banner pushes the page down, whose end leaves the picture."""
    top = len(pixels) // 5
    block = np.full((BLOCK_PX, *pixels.shape[1:]), (255, 243, 205), np.uint8)
    block[40:80, 20:-20] = pixels[top : top + 40, 20:-20] // 2
    return as_chromium(np.concatenate([pixels[:top], block, pixels[top:-BLOCK_PX]]))


def _dark(pixels: np.ndarray, _: bytes) -> bytes:
    """Every pixel changes: the page in its dark theme."""
    return as_chromium(255 - pixels)


def _noise(pixels: np.ndarray, _: bytes) -> bytes:
    """30 % of the pixels are up to 2 levels off."""
    chance = np.random.default_rng(7)
    hit = chance.random(pixels.shape[:2], dtype=np.float32) < 0.3
    step = chance.integers(-2, 3, pixels.shape, dtype=np.int8) * hit[..., None]
    return as_chromium((pixels.astype(np.int16) + step).clip(0, 255).astype(np.uint8))


def _part(pixels: np.ndarray, at: float, width: int, height: int) -> np.ndarray:
    """An area that begins at this share of the height, as wide as fits."""
    tall, wide, _ = pixels.shape
    top, left = int(tall * at), wide // 8
    return pixels[top : top + height, left : left + min(width, wide - 2 * left)]


KINDS: dict[str, Callable[[np.ndarray, bytes], bytes]] = {
    "same_bytes": _same_bytes,
    "same_pixels": _other_bytes,
    "row_hashes": _other_bytes,
    "colour": _colour,
    "text": _text,
    "inserted": _inserted,
    "all_changed": _dark,
    "noise": _noise,
}
