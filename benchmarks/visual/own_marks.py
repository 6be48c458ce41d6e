"""Marks of the browser's own: carets and scrollbars. Runs hide both, so one that is there is a change like any other."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from benchmarks.visual.capture import Base, Made, Studio
from benchmarks.visual.pixels import decoded, difference

CARET_LOOKS = 14  # a caret is lit every second half second
LOOKS_MS = 90
BAR_PX = 15  # the thickness of Chromium's classic scrollbar on Linux
STRAY_PX = 40  # pixels beside a scrollbar that may be drawn anew with it
LEAST_PX = 12  # clearly other pixels, at scale 1, of what people see

Maker = Callable[[Studio, Base, random.Random], Made | None]


def _scrolled(kind: str) -> Maker:
    css = {
        "scrollbar-hidden": "html { overflow: hidden !important }",
        "scrollbar-thumb": "body { padding-bottom: %dpx !important }",
        "scrollbar-inner": "body * { scrollbar-color: transparent transparent !important }",
    }[kind]

    def maker(studio: Studio, base: Base, chance: random.Random) -> Made | None:
        if base.view.is_full and kind != "scrollbar-inner":
            return None
        sitting = studio.visit(base.page, base.view, "scrollbars")
        sitting.spoil()
        sitting.page.add_style_tag(content="html { overflow-y: scroll; scrollbar-gutter: stable }")
        old = sitting.shoot()
        by = chance.randint(800, 9000)
        sitting.page.add_style_tag(content=css % by if "%" in css else css)
        png = sitting.shoot()
        before, new = decoded(old), decoded(png)
        if before.shape != new.shape:
            return None
        seen, bar = difference(before, new), BAR_PX * base.view.scale
        if seen.clear_px < LEAST_PX * base.view.scale or (
            kind != "scrollbar-inner"
            and difference(before[:-bar, :-bar], new[:-bar, :-bar]).changed_px > STRAY_PX
        ):
            return None
        return Made(kind, png, f"scrollbar: {kind.partition('-')[2]}", seen.changed_px, seen.box, old=old)

    return maker


def _caret(studio: Studio, base: Base, chance: random.Random) -> Made | None:
    """A focused field with and without Chromium's own caret."""
    pngs: list[bytes] = []
    places: list[dict[str, Any]] = studio.visit(base.page, base.view).find("fields")
    if not places:
        return None
    index = chance.randrange(len(places))
    for lit in (False, True):
        sitting = studio.visit(base.page, base.view)
        sitting.find("fields")
        sitting.page.evaluate("([index, lit]) => corpus.focus(index, lit)", [index, lit])
        for _ in range(CARET_LOOKS if lit else 1):
            png = sitting.shoot()
            if lit and (seen := difference(decoded(pngs[0]), decoded(png))).clear_px:
                if seen.box is None or seen.box[2] > 3 * base.view.scale:
                    return None
                note = f"the caret of a focused field is lit, {seen.box[2]} x {seen.box[3]} px"
                return Made("caret", png, note, seen.changed_px, seen.box, old=pngs[0])
            sitting.page.wait_for_timeout(LOOKS_MS if lit else 0)
        pngs.append(png)
    return None


MAKERS: dict[str, Maker] = {
    **{kind: _scrolled(kind) for kind in ("scrollbar-hidden", "scrollbar-thumb", "scrollbar-inner")},
    "caret": _caret,
}
