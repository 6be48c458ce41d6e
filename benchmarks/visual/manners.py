"""Manners: how a place is changed, drawn by seed; None when the place will not do."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from skimage.color import lab2rgb, rgb2gray, rgb2lab

from benchmarks.visual.pixels import delta_e

Place = dict[str, Any]
How = dict[str, Any]

HAIRLINE = (
    7,
    15,
)  # dE of a line of one pixel from its ground: as faint as designs have them, and still seen; #ddd on white is 7.2

# What a letter becomes: one that is as wide or nearly so.
LOOKALIKES = dict(
    zip(
        "aceonuhbtfmrsliCOEPGبترحدזבהר0123456789",
        "oeocunbhftnneilGQFRCتنزجذןכחד6778165138",
        strict=True,
    )
)


def nothing(_: Place, __: random.Random) -> How:
    return {}


def step(
    low: float, high: float, *, equal_luma: bool = False
) -> Callable[[Place, random.Random], How | None]:
    def how(place: Place, chance: random.Random) -> How | None:
        return colour(place["now"], low, high, chance, equal_luma=equal_luma)

    return how


def colour(
    now: Sequence[float], low: float, high: float, chance: random.Random, *, equal_luma: bool
) -> How | None:
    """A colour whose CIEDE2000 to `now` is in [low, high), measured on what 8 bits hold."""
    drawn = np.random.default_rng(chance.getrandbits(32))
    old = np.tile(np.array(now).round().astype(np.uint8), (4000, 1))
    directions = drawn.normal(size=(4000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    lab = rgb2lab(old.reshape(-1, 1, 3)).reshape(-1, 3) + directions * drawn.uniform(
        low, high * 2.5, (4000, 1)
    )
    lab[:, 0] = lab[:, 0].clip(0, 100)
    with warnings.catch_warnings(action="ignore"):  # colours outside sRGB are clipped, then measured
        new = (lab2rgb(lab.reshape(-1, 1, 3)).reshape(-1, 3) * 255).round().astype(np.uint8)
    steps = delta_e(old, new)
    fits = (steps >= low) & (steps < high)
    if equal_luma:
        fits &= np.abs(rgb2gray(new.reshape(-1, 1, 3)) - rgb2gray(old.reshape(-1, 1, 3))).ravel() < 0.5 / 255
    if not fits.any():
        return None
    first = int(np.flatnonzero(fits)[0])
    return {"colour": new[first].tolist(), "delta_e": round(float(steps[first]), 2)}


def shift(_: Place, chance: random.Random) -> How:
    by = chance.choice((-4, -3, -2, 2, 3, 4))
    return {"x": by, "y": 0} if chance.random() < 0.5 else {"x": 0, "y": by}


def letter(place: Place, chance: random.Random) -> How:
    return {"letter": "" if chance.random() < 0.2 else LOOKALIKES[place["letter"]]}


def digit(place: Place, _: random.Random) -> How:
    return {"letter": LOOKALIKES[place["letter"]]}


def inserted(_: Place, chance: random.Random) -> How:
    css, html = chance.choice(
        (
            ("background:#fff3cd;border:1px solid #b58105;color:#5c4300;padding:6px 14px;font:14px 'Liberation Sans'",
             "The office stays closed on Thursday afternoon."),
            ("background:#e11d48;color:#fff;padding:4px 14px;font:700 15px 'Liberation Sans'", "Only today: two for one"),
            ("padding:2px 0;font:inherit", "Somebody added this line after the last edition went to print."),
            ("background:transparent", ""),
            ("border:2px dashed #888;background:#f1f1f1;color:#444;padding:4px;font:12px 'DejaVu Sans'", "Advertisement"),
        )
    )  # fmt: skip
    return {"height": chance.randint(24, 160), "css": css, "html": html}


def shadow(_: Place, chance: random.Random) -> How:
    return {
        "css": chance.choice(
            ("0 6px 18px rgba(0,0,0,.5)", "0 2px 8px 2px rgba(0,0,0,.45)", "0 0 0 3px #f97316")
        )
    }


def badge(_: Place, chance: random.Random) -> How:
    return {
        "size": chance.randint(10, 18),
        "colour": chance.choice(("#dc2626", "#16a34a", "#f59e0b", "#2563eb")),
    }


def hairline(place: Place, chance: random.Random) -> How | None:
    """A line of one px below a place or at its right side, in its ground's own tone but darker or lighter, as dividers are."""
    now = np.array([place["now"]]).round().astype(np.uint8)
    towards = 0 if now.mean() > 127 else 255
    shares = np.array([chance.uniform(0.02, 0.4) for _ in range(60)])[:, None]
    new = (now + (towards - now.astype(float)) * shares).round().astype(np.uint8)
    steps = delta_e(np.repeat(now, len(new), axis=0), new)
    fits = np.flatnonzero((steps >= HAIRLINE[0]) & (steps < HAIRLINE[1]))
    if not len(fits):
        return None
    first = int(fits[0])
    return {
        "colour": new[first].tolist(),
        "delta_e": round(float(steps[first]), 2),
        "upright": chance.random() < 0.5,
    }
