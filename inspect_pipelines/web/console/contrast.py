"""Contrast: how well the console's colours can be told apart, computed from its style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LEAST = 4.5  # of text, WCAG 2.2 (1.4.3)
THEMES = ("light", "dark")
TONES = ("good", "bad", "look", "neutral")
TEXTS = ("ink", "dim", "accent", *TONES)
GROUNDS = ("ground", "card", "sunk")
# what else is written on what
PAIRS = (
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    ("card", "ink"),
)
_VARIABLE = re.compile(r"--(?P<name>[a-z-]+): light-dark\((?P<light>#[0-9a-f]+), (?P<dark>#[0-9a-f]+)\)")


@dataclass(frozen=True, slots=True)
class Contrast:
    """A colour of text on a ground, in one theme."""

    theme: str
    text: str  # the variables' names
    ground: str
    text_colour: str  # `#14161a`
    ground_colour: str
    ratio: float  # 1 .. 21


def palette(css: str, theme: str) -> Mapping[str, str]:
    """Each colour of a theme by its variable's name, `#14161a`."""
    return {found["name"]: _long(found[theme]) for found in _VARIABLE.finditer(css)}


def contrasts(css: str) -> Iterator[Contrast]:
    """Of all that is written on something, theme by theme."""
    for theme in THEMES:
        colours = palette(css, theme)
        for text, ground in (*((text, ground) for text in TEXTS for ground in GROUNDS), *PAIRS):
            ratio = ratio_of(colours[text], colours[ground])
            yield Contrast(theme, text, ground, colours[text], colours[ground], ratio)


def ratio_of(one: str, other: str) -> float:
    """The contrast of two colours, 1 (the same) to 21 (black and white), as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _long(colour: str) -> str:
    """`#fff` as `#ffffff`."""
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
