"""True changes: what a person would want to be told about, each proven on the pixels."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.visual import manners, own_marks
from benchmarks.visual.capture import Base, Made, Studio
from benchmarks.visual.manners import How, Place
from benchmarks.visual.pixels import Box, decoded, difference, encoded

TRIES = 6  # places tried in one view before another kind takes the turn
SIDE_PX = 24  # a colour step covers at least this much in both directions

# dE from and to. The issue sets a goal from 5 on for areas; thin letters in such a step look the same to a person.
STEPS = {
    "colour-2-3": (2, 3),
    "colour-3-4": (3, 4),
    "colour-4-5": (4, 5),
    "colour-5-8": (5, 8),
    "colour-8-15": (8, 15),
    "colour-15-up": (15, 50),
    "colour-equal-luma": (5, 30),
    "text-colour-5-10": (5, 10),
    "text-colour-10-30": (10, 30),
}
FAINT = ("colour-2-3", "text-colour-5-10", "colour-3-4", "colour-4-5")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind is made and what proves it.

    Attributes:
        finder: The name of its places in changes.js.
        how: The manner, drawn by seed; None when this place will not do.
        clear_px: Least number of pixels with dE >= 10, at scale 1.
        visible_px: Least number of pixels with dE >= 4, at scale 1.
        reach: CSS px round the box within which every changed pixel lies; None when the rest may flow.
    """

    finder: str
    how: Callable[[Place, random.Random], How | None]
    clear_px: int = 0
    visible_px: int = 30
    reach: int | None = None


RULES: dict[str, Rule] = {
    slug: Rule(
        "text-colour" if slug.startswith("text") else "colour",
        manners.step(low, high, equal_luma=slug == "colour-equal-luma"),
        clear_px=40 if slug == "text-colour-10-30" else 0,
        visible_px=60 if slug.startswith("text") else 0,
        reach=2,
    )
    for slug, (low, high) in STEPS.items()
} | {
    "shift": Rule("shift", manners.shift, clear_px=24, reach=3),
    "letter": Rule("letter", manners.letter, clear_px=8),
    "letter-small": Rule("letter-small", manners.letter, clear_px=6),
    "digit": Rule("digit", manners.digit, clear_px=6, reach=3),
    "punctuation": Rule("punctuation", lambda _, __: {"letter": ""}, clear_px=2, visible_px=2),
    "icon-missing": Rule("icon-missing", manners.nothing, clear_px=20, reach=2),
    "image-missing": Rule(
        "image-missing",
        lambda place, chance: {"manner": "hidden" if "svg" in place["name"] else chance.choice(("hidden", "frame"))},
        clear_px=400,
        reach=2,
    ),
    "text-swapped": Rule("text-swapped", manners.nothing, clear_px=40),
    "z-order": Rule("z-order", manners.nothing, clear_px=30, reach=12),
    "font-weight": Rule("font-weight", manners.nothing, clear_px=20),
    "font-size": Rule("font-size", lambda _, chance: {"by": chance.choice((-1, 1))}, clear_px=20),
    "block-inserted": Rule("block-inserted", manners.inserted, clear_px=60),
    "block-removed": Rule("block-removed", manners.nothing, clear_px=60),
    "vanished": Rule("vanished", manners.nothing, clear_px=24, reach=12),
    "border-removed": Rule("border-removed", manners.nothing, clear_px=32, reach=2),
    "rule-missing": Rule("rule-missing", manners.nothing, clear_px=200),
    "shadow-added": Rule("shadow-added", manners.shadow, clear_px=80, reach=30),
    "badge-added": Rule("badge-added", manners.badge, clear_px=50, reach=3),
    "overlay": Rule("overlay", lambda _, chance: {"alpha": chance.choice((0.25, 0.45, 0.6))}, clear_px=2000),
    "cookie-banner": Rule(
        "cookie-banner",
        lambda _, chance: {"height": chance.randint(44, 120), "colour": chance.choice(("#111827", "#1d4ed8", "#14532d"))},
        clear_px=1000,
        reach=2,
    ),
    "hairline": Rule("hairline", manners.hairline, visible_px=48, reach=1),
    "page-blank": Rule("page-blank", lambda _, chance: {"manner": chance.choice(("white", "empty"))}, clear_px=200),
    "stylesheet-missing": Rule("stylesheet-missing", manners.nothing, clear_px=1000),
}  # fmt: skip

# One turn each in a view; small and easily missed kinds twice, those nobody can miss once.
TURNS = (
    "colour-5-8", "letter", "shift", "icon-missing", "digit", "image-missing", "text-swapped", "colour-8-15",
    "page-truncated", "font-weight", "letter-small", "z-order", "block-inserted", "colour-15-up",
    "vanished", "shift", "font-size", "colour-equal-luma", "border-removed", "letter", "block-removed", "punctuation",
    "colour-5-8", "digit", "text-colour-10-30", "shadow-added", "rule-missing", "letter-small", "bottom-blank",
    "badge-added", "icon-missing", "cookie-banner", "font-weight", "z-order", "overlay", "page-blank", "stylesheet-missing",
    "caret", "scrollbar-hidden", "hairline", "scrollbar-thumb", "scrollbar-inner", "hairline",
)  # fmt: skip


def make(studio: Studio, base: Base, kind: str, chance: random.Random) -> Made | None:
    """A pair of the kind whose change is proven to be seen; None when this view offers none."""
    if kind in ("page-truncated", "bottom-blank"):
        return _bottom(base, kind, chance)
    if mark := own_marks.MAKERS.get(kind):
        return mark(studio, base, chance)
    rule = RULES[kind]
    seen: set[int] = set()
    for _ in range(TRIES):
        sitting = studio.visit(base.page, base.view)
        places = sitting.find(rule.finder)
        chosen = _chosen(rule, places, chance, seen)
        if chosen is None:
            return None
        index, how = chosen
        place = places[index] | {"text": sitting.page.evaluate("index => corpus.say(index)", index)}
        moved = sitting.apply(rule.finder, index, how)
        made = _proven(base, kind, place, how, sitting.place(moved or place["box"]), sitting.shoot())
        if made:
            return made
    return None


def _chosen(rule: Rule, places: list[Place], chance: random.Random, seen: set[int]) -> tuple[int, How] | None:
    """A place not tried before and a manner for it; half the time among the smaller half of the places."""
    order = sorted(range(len(places)), key=lambda index: places[index]["box"][2] * places[index]["box"][3])
    small = order[: (len(order) + 1) // 2] if chance.random() < 0.5 else order
    for index in chance.sample(small, len(small)):
        if index in seen:
            continue
        seen.add(index)
        how = rule.how(places[index], chance)
        if how is not None:
            return index, how
    return None


def _proven(base: Base, kind: str, place: Place, how: How, box: Box, png: bytes) -> Made | None:
    rule, scale = RULES[kind], base.view.scale
    new = decoded(png)
    seen = difference(base.pixels, new)
    if seen.box is None or not box[2] or not box[3]:
        return None
    if seen.clear_px < rule.clear_px * scale or seen.visible_px < rule.visible_px * scale:
        return None
    if rule.reach is not None and not _within(seen.box, box, rule.reach * scale):
        return None
    if rule.finder == "colour" and not _flat(base.pixels, new, box, place["now"], how["colour"], scale):
        return None
    return Made(kind, png, _note(kind, place, how), seen.changed_px, box, how.get("delta_e"))


def _within(inner: Box, outer: Box, reach: int) -> bool:
    return (
        inner[0] >= outer[0] - reach
        and inner[1] >= outer[1] - reach
        and inner[0] + inner[2] <= outer[0] + outer[2] + reach
        and inner[1] + inner[3] <= outer[1] + outer[3] + reach
    )


def _flat(
    old: np.ndarray, new: np.ndarray, box: Box, before: list[float], after: list[int], scale: int
) -> bool:
    """Whether both flat colours really stand in the pictures, over 24 x 24 CSS px and more."""
    x, y, width, height = box
    was = (old[y : y + height, x : x + width] == np.array(before).round().astype(np.uint8)).all(axis=2)
    now = (new[y : y + height, x : x + width] == np.array(after, np.uint8)).all(axis=2)
    return int((was & now).sum()) >= (SIDE_PX * scale) ** 2


def _bottom(base: Base, kind: str, chance: random.Random) -> Made | None:
    """The page ends too early: its picture is cut off, or goes on in one colour."""
    tall, wide, _ = base.pixels.shape
    for _ in range(TRIES):
        lost = round(tall * chance.uniform(0.04, 0.4))
        cut = tall - lost
        ground = np.array([255, 255, 255]) if chance.random() < 0.5 else base.pixels[-1, 0]
        new = base.pixels.copy()
        new[cut:] = ground
        seen = difference(base.pixels, new)
        if seen.clear_px < 300 * base.view.scale:
            continue
        box = (0, cut, wide, lost)
        if kind == "bottom-blank":
            return Made(kind, encoded(new), f"the last {lost} px rows are one colour", seen.changed_px, box)
        note = f"the last {lost} px rows are missing; the box is in the old picture"
        return Made(kind, encoded(base.pixels[:cut]), note, 0, box)
    return None


def _note(kind: str, place: Place, how: How) -> str:
    what = " ".join(
        word for word in (place.get("name") or "", repr(place["text"]) if place.get("text") else "") if word
    )
    if "colour" in how and place.get("property"):
        was = ",".join(str(round(part)) for part in place["now"])
        return f"{place['property']} of {what}: rgb({was}) became rgb({','.join(map(str, how['colour']))}), dE {how['delta_e']}"
    if place.get("letter"):
        became = f"became {how['letter']!r}" if how["letter"] else "was dropped"
        return f"{place['letter']!r} {became} in {place['text']!r} ({place['size']:g} px)"
    manner = ", ".join(f"{key} {value}" for key, value in how.items() if key not in ("css", "html"))
    return f"{kind}: {what or 'the view'}{f' ({manner})' if manner else ''}"
