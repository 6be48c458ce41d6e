"""What a command prints, without what differs from one time, or one machine's fonts, to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

VOLATILE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "SHOP"),  # another port where somebody else has the demo's
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b\d+\.\d s\b"), "SECONDS"),
    (re.compile(r", begun SECONDS after it was asked for"), ""),  # where two cores have other work
    (re.compile(r"(\b[MTWFS][a-z]{2} )?\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC"), "TIME"),
    (re.compile(r"\d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"\S*/gallery/../[0-9a-f]{64}"), "PICTURE"),
    (re.compile(r"\b0\.\d+\b"), "SCORE"),
    (re.compile(r"\S*/(?=reports/)"), "HOME/"),
    (re.compile(r"notes in \S+/"), "notes in HOME/"),
)
LEFT_OUT = ".."  # a line of a page that stands for any


def steady(text: str) -> list[str]:
    """Its lines."""
    for pattern, stand_in in VOLATILE:
        text = pattern.sub(stand_in, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def says(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether it was printed as shown; spaces in a row are one, as tables have more of them where a value is longer."""
    wanted = "".join(
        r"(?:.*\n)*" if line.strip() == LEFT_OUT else f"{re.escape(' '.join(line.split()))}\n"
        for line in shown
    )
    return re.fullmatch(wanted, "".join(f"{' '.join(line.split())}\n" for line in printed)) is not None
