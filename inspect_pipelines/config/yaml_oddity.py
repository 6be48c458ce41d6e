"""Plain scalars that YAML accepts and nobody means: invisible spaces, typographic quotes, texts that end or go on by mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.config import yaml_advice as advice
from inspect_pipelines.config.yaml_advice import Place

ENTRY = re.compile(r"\s*-\s+(?P<text>\S.*?)\s*")
NO_BLANK = re.compile(r"[A-Za-z_]\w*:(?P<sign>[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Oddity:
    message: str
    is_wrong: bool = True  # False: it may be meant, so it is only said


def odd_text(text: str, place: Place, end: Place, lines: Sequence[str]) -> Oddity | None:
    """What is odd about a plain text.

    Args:
        text: As YAML understands it.
        place: Where it begins.
        end: Where it ends: the first column behind it.
        lines: Of the whole file; empty: nobody knows them, so nothing is corrected.
    """
    if (sign := advice.invisible(text)) and _is_misplaced(text):
        mended = advice.with_value(lines, place, text, advice.visible(text).strip())
        return Oddity(_written(f"{sign} is part of the text", mended))
    if len(text) > 1 and text[0] in advice.TYPOGRAPHIC and text[-1] in advice.TYPOGRAPHIC:
        mended = advice.with_value(lines, place, text, advice.quoted(text[1:-1]))
        return Oddity(_written("typographic quotes are no quotes, they are part of the text", mended))
    if end[0] > place[0] and lines:
        return _goes_on(place, end[0], lines)
    if whole := advice.cut_off(lines, place[0], end[1]):
        return Oddity(
            f"the text ends before '#', which begins a comment; for all of it write: {whole.strip()}",
            is_wrong=False,
        )
    return None


def odd_key(key: str, place: Place, lines: Sequence[str]) -> str | None:
    """What is odd about a plain key."""
    sign = advice.invisible(key) or (key[:1] in (*advice.TYPOGRAPHIC,) and "a typographic quote")
    if not sign:
        return None
    meant = advice.visible(key).strip().strip(advice.TYPOGRAPHIC)
    return _written(f"{sign} is part of the key", advice.with_value(lines, place, key, meant))


def _goes_on(place: Place, last: int, lines: Sequence[str]) -> Oddity | None:
    """A text of several lines that holds what looks like a list, or like a key."""
    first, column = place
    below = [line for number in range(first + 1, last + 1) if (line := advice.line_at(lines, number)).strip()]
    entries = [found["text"] for line in below if (found := ENTRY.fullmatch(line))]
    head = advice.line_at(lines, first)
    if entries and len(entries) == len(below):
        texts = ", ".join(map(advice.quoted, [head[column - 1 :].strip(), *entries]))
        return Oddity(
            _written(
                f"the list that begins on line {first + 1} is read as more of this text",
                f"{head[: column - 1]}[{texts}]",
            )
        )
    for number in range(first + 1, last + 1):
        if mended := advice.spaced(lines, number):
            return Oddity(
                f"line {number} is read as more of this text, since a space is missing behind its colon; "
                f"write there: {mended.strip()}"
            )
    return None


def _is_misplaced(text: str) -> bool:
    """Whether an invisible sign stands where it can only be a mistake; within a text it may be what a page shows."""
    found = NO_BLANK.match(text)
    return (
        text[0] in advice.INVISIBLE
        or text[-1] in advice.INVISIBLE
        or bool(found and found["sign"] in advice.INVISIBLE)
    )


def _written(message: str, mended: str | None) -> str:
    return f"{message}; write: {mended.strip()}" if mended else message
