"""Pairs that show the same page to a person: nothing of them may be reported."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, PngImagePlugin

from benchmarks.visual.capture import Base, Made, Sitting, Studio
from benchmarks.visual.pixels import Box, decoded, difference, encoded, encoded_by_row, jumps

DROPS = 5  # times that places which jump are left out
REDRAWN_PX = 40  # fewer changed pixels prove no redrawing

Maker = Callable[[Studio, Base, random.Random], Made | None]


def make(studio: Studio, base: Base, kind: str, chance: random.Random) -> Made | None:
    """A harmless pair of the kind, proven to be one; None when this view offers none."""
    return MAKERS[kind](studio, base, chance)


def _recaptured(kind: str, *, browser: bool, for_speed: bool = True) -> Maker:
    def maker(studio: Studio, base: Base, _: random.Random) -> Made | None:
        if kind != "encode-chromium":
            studio.renew(browser=browser)
        png = studio.visit(base.page, base.view).shoot(for_speed=for_speed)
        count = difference(base.pixels, decoded(png)).changed_px
        if kind == "encode-chromium" and count:
            return None
        where = "in a fresh browser" if browser else "in a fresh page" if for_speed else "and packed smaller"
        return Made(kind, png, f"taken again {where}", count)

    return maker


def _encoded(kind: str) -> Maker:
    def maker(_: Studio, base: Base, chance: random.Random) -> Made | None:
        picture = Image.fromarray(base.pixels)
        out = io.BytesIO()
        note = "compressed by other means"
        if kind == "encode-level":
            level = chance.choice((0, 1, 3, 9) if base.pixels.size < 4e6 else (1, 3))
            picture.save(out, "PNG", compress_level=level)
            note = f"zlib level {level}"
        elif kind == "encode-optimize":
            picture.save(out, "PNG", optimize=base.pixels.size < 4e6, compress_level=5)
        elif kind == "encode-rgba":
            picture.convert("RGBA").save(out, "PNG", compress_level=2)
            note = "RGBA with every pixel opaque"
        elif kind == "encode-chunks":
            words = PngImagePlugin.PngInfo()
            words.add_text("Software", f"a camera of {chance.randint(1990, 2030)}")
            picture.save(out, "PNG", compress_level=4, pnginfo=words, dpi=(96, 96))
            note = "with a text chunk and a resolution"
        else:
            filter_type = chance.randint(0, 4)
            out.write(encoded_by_row(base.pixels, filter_type))
            note = f"every row with PNG filter {filter_type}"
        if difference(base.pixels, decoded(out.getvalue())).changed_px:
            return None
        return Made(kind, out.getvalue(), note, 0)

    return maker


def _noisy(kind: str, share: float) -> Maker:
    def maker(_: Studio, base: Base, chance: random.Random) -> Made:
        drawn = np.random.default_rng(chance.getrandbits(32))
        tall, wide, _ = base.pixels.shape
        noise = drawn.integers(-2, 3, base.pixels.shape, dtype=np.int16)
        noise[drawn.random((tall, wide), dtype=np.float32) >= share] = 0
        return _repainted(
            base, kind, noise, f"up to 2 levels of noise per channel on {share:.0%} of the pixels"
        )

    return maker


def _dithered(_: Studio, base: Base, chance: random.Random) -> Made | None:
    """One level up or down, in a pattern, where colours run slowly into each other."""
    here = base.pixels.astype(np.int16)
    slope = np.zeros(here.shape[:2], np.int16)
    for axis in (0, 1):
        step = np.abs(np.roll(here, 4, axis) - np.roll(here, -4, axis)).max(axis=2)
        np.maximum(slope, step, out=slope)
    pattern = np.array([[0, 2, 3, 1], [3, 1, 0, 2], [1, 3, 2, 0], [2, 0, 1, 3]])
    levels = np.tile(pattern, (here.shape[0] // 4 + 1, here.shape[1] // 4 + 1))[
        : here.shape[0], : here.shape[1]
    ]
    by = ((levels == 0).astype(np.int16) - (levels == 3)) * chance.choice((1, -1))
    by[(slope == 0) | (slope > 8)] = 0
    made = _repainted(base, "dither", np.repeat(by[:, :, None], 3, axis=2), "one level of dither on slopes")
    return made if made.changed_px > 2000 else None


def _repainted(base: Base, kind: str, by: np.ndarray, note: str) -> Made:
    new = (base.pixels.astype(np.int16) + by).clip(0, 255).astype(np.uint8)
    return Made(kind, encoded(new, 1), note, int((new != base.pixels).any(axis=2).sum()))


def _nudged(kind: str, finder: str, share: float) -> Maker:
    """Texts or lines stand between two pixels: they are drawn again, and nothing moves by a whole pixel."""

    def maker(studio: Studio, base: Base, chance: random.Random) -> Made | None:
        steps = 20 * base.view.scale  # up to half a pixel of the picture, whatever a CSS px is
        by = {
            "x": chance.randint(2, 10) / steps if not kind.endswith("-y") else 0,
            "y": chance.randint(2, 10) / steps if not kind.endswith("-x") else 0,
            # Chromium snaps baselines to whole pixels unless text is turned, by however little.
            "more": "" if kind.endswith("-x") else "rotate(0.001deg)",
        }
        note = f"{{}} {finder} moved by {by['x']:.3g}, {by['y']:.3g} px"
        act = "([chosen, by]) => corpus.nudge(chosen, by)"
        return _redrawn(
            kind, base, chance, share, finder, lambda: studio.visit(base.page, base.view), (act, by, note)
        )

    return maker


def _smoothed(kind: str) -> Maker:
    """Letters drawn with coloured fringes, all of them or all but those on layers of their own."""

    def maker(studio: Studio, base: Base, chance: random.Random) -> Made | None:
        look = chance.choice(("lcd-rgb", "lcd-bgr"))
        lines = studio.visit(base.page, base.view).page.evaluate("corpus.lines()")
        sitting = studio.visit(base.page, base.view, look)
        if sitting.page.evaluate("corpus.lines()") != lines:
            return None
        png = sitting.shoot()
        if kind == "smoothing-lcd":
            new = decoded(png)
            note = f"letters drawn as {look} instead of grey"
            return None if jumps(base.pixels, new) else _still(base, kind, png, new, note)
        how = chance.choice((("will-change", "transform"), ("opacity", "0.999"), ("will-change", "opacity")))
        note = f"{{}} texts drawn grey by {how[0]}, the others as {look}"
        act = "([chosen, how]) => corpus.layer(chosen, ...how)"
        fringed = Base(base.page, base.view, png, decoded(png))
        made = _redrawn(
            kind,
            fringed,
            chance,
            0.5,
            "texts",
            lambda: studio.visit(base.page, base.view, look),
            (act, how, note),
        )
        return replace(made, old=png) if made else None

    return maker


def _redrawn(
    kind: str,
    base: Base,
    chance: random.Random,
    share: float,
    finder: str,
    visit: Callable[[], Sitting],
    deed: tuple[str, object, str],
) -> Made | None:
    """Do it to a share of the places; those that jump to the next pixel are left out and it is done again."""
    act, how, note = deed
    places = visit().find(finder)
    if not places:
        return None
    chosen = sorted(chance.sample(range(len(places)), max(1, round(len(places) * share))))
    for _ in range(DROPS):
        sitting = visit()
        sitting.find(finder)
        sitting.page.evaluate(act, [chosen, how])
        png = sitting.shoot()
        new = decoded(png)
        if new.shape != base.pixels.shape:
            return None
        spots = jumps(base.pixels, new)
        if not spots:
            return _still(base, kind, png, new, note.format(f"{len(chosen)} of {len(places)}"))
        chosen = [
            at for at in chosen if not any(_touch(sitting.place(places[at]["box"]), spot) for spot in spots)
        ]
        if not chosen:
            return None
    return None


def _touch(one: Box, other: Box) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))


def _still(base: Base, kind: str, png: bytes, new: np.ndarray, note: str) -> Made | None:
    """The pair, unless too little changed."""
    seen = difference(base.pixels, new)
    return Made(kind, png, note, seen.changed_px, seen.box) if seen.changed_px >= REDRAWN_PX else None


def _rastered(studio: Studio, base: Base, _: random.Random) -> Made | None:
    """The page drawn by the means of a graphics card, whose edges fall a little otherwise."""
    png = studio.visit(base.page, base.view, "gpu").shoot()
    new = decoded(png)
    if new.shape != base.pixels.shape or jumps(base.pixels, new):
        return None
    return _still(base, "raster-gpu", png, new, "drawn by the graphics card's rules, in software")


def _resettled(kind: str, act: str, note: str) -> Maker:
    """The page as it was, after something came and went again; only where that left a trace in the picture."""

    def maker(studio: Studio, base: Base, chance: random.Random) -> Made | None:
        sitting = studio.visit(base.page, base.view)
        places = sitting.find("lines")
        count = min(len(places), chance.randint(2, 8))
        sitting.spoil()
        sitting.page.evaluate(act, chance.sample(range(len(places)), count))
        png = sitting.shoot()
        new = decoded(png)
        if new.shape != base.pixels.shape or jumps(base.pixels, new):
            return None
        seen = difference(base.pixels, new)
        return Made(kind, png, note, seen.changed_px, seen.box) if seen.changed_px else None

    return maker


MAKERS: dict[str, Maker] = {
    "recapture-page": _recaptured("recapture-page", browser=False),
    "recapture-browser": _recaptured("recapture-browser", browser=True),
    "encode-chromium": _recaptured("encode-chromium", browser=False, for_speed=False),
    **{
        f"encode-{how}": _encoded(f"encode-{how}")
        for how in ("level", "optimize", "rgba", "chunks", "filter")
    },
    "noise-5": _noisy("noise-5", 0.05),
    "noise-30": _noisy("noise-30", 0.3),
    "noise-100": _noisy("noise-100", 1.0),
    "dither": _dithered,
    "subpixel-text-x": _nudged("subpixel-text-x", "texts", 1),
    "subpixel-text-y": _nudged("subpixel-text-y", "texts", 1),
    "subpixel-text-xy": _nudged("subpixel-text-xy", "texts", 1),
    "subpixel-one-xy": _nudged("subpixel-one-xy", "texts", 0),
    "subpixel-lines-x": _nudged("subpixel-lines-x", "lines", 0.3),
    "subpixel-lines-xy": _nudged("subpixel-lines-xy", "lines", 0.3),
    "smoothing-lcd": _smoothed("smoothing-lcd"),
    "smoothing-layer": _smoothed("smoothing-layer"),
    "raster-gpu": _rastered,
    "load-order": _resettled(
        "load-order", "corpus.restyle()", "its style sheets came after the first picture"
    ),
    "relaid": _resettled("relaid", "corpus.squeeze()", "laid out narrower, and then as before"),
    "scrolled": _resettled("scrolled", "corpus.wander()", "scrolled to its end and back"),
    "animation-held": _resettled(
        "animation-held", "indexes => corpus.hold(indexes)", "endless animations, held at their beginning"
    ),
}

TURNS = (
    "subpixel-text-x", "raster-gpu", "smoothing-lcd", "noise-30", "animation-held", "subpixel-text-xy", "recapture-browser",
    "dither", "encode-filter", "subpixel-lines-x", "smoothing-layer", "noise-5", "subpixel-one-xy", "scrolled",
    "encode-rgba", "recapture-page", "subpixel-text-y", "load-order", "smoothing-lcd", "encode-optimize", "noise-100",
    "subpixel-lines-xy", "encode-level", "relaid", "encode-chromium", "encode-chunks",
)  # fmt: skip
