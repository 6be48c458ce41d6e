"""Pages that drift, pages that are only restless, and real changes built to look like restlessness; all drawn by a real Chromium."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SIZE = (800, 600)
STYLE = """
body {{ margin: 0; font: 15px sans-serif; color: #1d2126; background: #fff }}
header {{ background: #14724a; color: #fff; padding: 14px 24px; font-size: 20px }}
main {{ padding: 20px 24px; transform: translate({shift}px, {rise}px) }}
.card {{ border: 1px solid {line}; border-radius: 6px; padding: {pad}px 16px; margin-bottom: 14px; background: {panel} }}
.lines i {{ display: inline-block; width: 1px; height: 22px; margin-right: 3px; background: {hair} }}
.note {{ color: {pale}; letter-spacing: {spacing}px }}
button {{ background: {button}; color: #fff; border: 0; padding: 9px 18px; border-radius: 4px }}
.dot {{ position: absolute; right: 30px; top: 90px; width: {dot}px; height: {dot}px; border-radius: 9px; background: #c33 }}
"""
BODY = """<header>Our shop</header><main><div class=card><h2>Oak chair</h2><p>{words}</p><p class=note>Delivered within three days</p>
<button>{says}</button></div><div class=card><div class=lines>{hairs}</div><p>Total {total} EUR, {left} left in stock</p></div>
<div class=dot></div></main>"""
WORDS = (
    "A chair of solid oak, oiled by hand, for a table of its own. It seats one person and lasts for two. " * 3
)
USUAL: Mapping[str, object] = {
    "shift": 0, "rise": 0, "line": "#d8dce0", "pad": 12, "panel": "#fafafa", "hair": "#ffffff", "pale": "#8a9096",
    "spacing": 0, "button": "#14724a", "dot": 0, "says": "Add to basket", "total": "128", "left": "8",
}  # fmt: skip


def page(**changes: object) -> str:
    """The shop's page with these values; `tint` is the strength of its hairlines, 0 to 255."""
    values = {**USUAL, **changes}
    hairs = "<i></i>" * 120
    body = BODY.format(
        words=WORDS, hairs=hairs, says=values["says"], total=values["total"], left=values["left"]
    )
    return f"<!doctype html><meta charset=utf-8><style>{STYLE.format(**values)}</style>{body}"


def grey(level: int) -> str:
    return f"#{level:02x}{level:02x}{level:02x}"


@dataclass(frozen=True, slots=True)
class Drifting:
    """A page that changes a little each night.

    Attributes:
        at: The page of a night; 0 is what was approved.
    """

    name: str
    at: Callable[[int], str]


DRIFTING = (
    Drifting("hairlines fade in", lambda night: page(hair=grey(255 - 4 * night))),
    Drifting("a note pales", lambda night: page(pale=grey(138 + 3 * night))),
    Drifting("a panel darkens", lambda night: page(panel=grey(250 - night))),
    Drifting("a border darkens", lambda night: page(line=grey(216 - 5 * night))),
    Drifting("a button greys", lambda night: page(button=f"#{20 + 2 * night:02x}72{74 + 2 * night:02x}")),
    Drifting("padding grows", lambda night: page(pad=12 + night / 2)),
    Drifting("letters spread", lambda night: page(spacing=0.02 * night)),
    Drifting("a dot grows", lambda night: page(dot=night / 2)),
)


@dataclass(frozen=True, slots=True)
class Restless:
    """A page on which nothing changes, and of which no two pictures are the same."""

    name: str
    draw: Callable[[random.Random], str]


def _jitters(chance: random.Random) -> str:
    return page(shift=round(chance.uniform(0, 0.4), 2), rise=round(chance.uniform(0, 0.4), 2))


def _flickers(chance: random.Random) -> str:
    return page(hair=grey(255 - chance.randint(0, 10)), line=grey(216 - chance.randint(0, 6)))


def _flips(chance: random.Random) -> str:
    return page(hair=grey(255 if chance.random() < 0.6 else 243))


def _shimmers(chance: random.Random) -> str:
    return page(panel=grey(250 - chance.randint(0, 3)), pale=grey(138 + chance.randint(0, 4)))


RESTLESS = (
    Restless("text by fractions of a pixel", _jitters),
    Restless("hairlines flicker", _flickers),
    Restless("two looks of one page", _flips),
    Restless("colours shimmer", _shimmers),
)
# What each is on top of a night's restlessness: small, and wrong.
DEFECTS: Mapping[str, Mapping[str, object]] = {
    "another digit": {"total": "129"},
    "one in stock": {"left": "3"},
    "another word": {"says": "Add to basker"},
    "a faint button": {"button": "#2c8a62"},
    "a dot": {"dot": 5},
    "a pale note": {"pale": "#a2a8ae"},
    "a stronger border": {"line": "#b8bcc0"},
    "a pixel of padding": {"pad": 13},
    "hairlines": {"hair": grey(235)},
    "a dark panel": {"panel": grey(242)},
}
