"""A line of broken YAML as it was meant: each correction is tried, and the file with it must be read further than without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from inspect_pipelines.config.yaml_advice import (
    LINE,
    NO_SPACE,
    TYPOGRAPHIC,
    WHY,
    Place,
    head,
    invisible,
    line_at,
    quoted,
    visible,
    whole,
    without_secret,
)

MOST_LINES = 5_000  # of a file whose corrections are tried; each try reads it again
COMMENT = re.compile(r"(?P<text>.*?)(?P<comment>\s+#(?:\s.*)?)?")
IN_FLOW = re.compile(r"(?P<before>[\[{,]\s*|:\s+)(?P<text>\{\{[^{}]*\}\}[^,\]}]*|[#@`%*&!|>?][^,\]}]*)")
PAIR_IN_FLOW = re.compile(
    r"(?P<before>[\[{,]\s*[\w.$-]+:\s+)(?P<text>[^\s,\[\]{}'\"][^,\[\]{}'\"]*: [^,\[\]{}'\"]*)"
)
ENTRY = re.compile(r"(?P<indent>\s*)-\s+(?P<text>\S.*?)\s*")
CLOSES = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Correction:
    """A line as it was meant.

    Attributes:
        number: From 1.
        column: From 1; where it begins to be another.
        why: What is wrong with the line as it stands.
    """

    number: int
    column: int
    why: str
    line: str
    keeps_indent: bool = False  # the indentation is what was wrong, so it is shown

    @property
    def sentence(self) -> str:
        return f"{self.why}; write: {self.line.rstrip() if self.keeps_indent else self.line.strip()}"


def tried(
    lines: Sequence[str], suspects: Sequence[int], place: Place, fails_at: Callable[[str], Place | None]
) -> Correction | None:
    """The first correction of one of these lines with which the file is read beyond a place; None: nothing helps.

    Args:
        suspects: Line numbers from 1, the likeliest first.
        place: Where reading ends now.
        fails_at: Where reading a text ends; None: it is all read.
    """
    if len(lines) > MOST_LINES:
        return None
    for number in dict.fromkeys((*suspects, _left_open(lines, place[0]))):
        if not 0 < number <= len(lines):
            continue
        line, before = line_at(lines, number), line_at(lines, number - 1)
        if joined := _list_under_text(lines, number):
            return joined
        for why, corrected in _corrections(line, before):
            if corrected == line:
                continue
            at = fails_at("\n".join([*lines[: number - 1], corrected, *lines[number:]]))
            if at is None or (at > place and at[0] > number):
                shown = without_secret(lines, number, corrected)
                return Correction(number, _differ_at(line, corrected), why, shown, "indent" in why)
    return None


def _corrections(line: str, before: str) -> Iterator[tuple[str, str]]:
    """(why, the line as it may have been meant), the likeliest first."""
    if sign := invisible(line):
        yield f"{sign} stands where a space should", visible(line)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        for spaces in (_indent_below(before), indent.replace("\t", "  ")):
            yield "YAML is indented with spaces, not with tabs", spaces + line.lstrip()
    if found := NO_SPACE.fullmatch(line):
        yield "a space is missing behind the colon", f"{found['head']} {found['value']}"
    parts = LINE.fullmatch(line)
    if parts is not None and parts["value"]:
        yield from _quotings(parts)
    if line.strip() and not line.lstrip().startswith("-"):
        why = "stands as deep as the '-' of a list; what belongs to an entry is indented as its first key"
        yield why, f"  {line}"


def _quotings(parts: re.Match[str]) -> Iterator[tuple[str, str]]:
    value = parts["value"].rstrip()
    first = value[0]
    if first in "'\"":
        if value.count(first) % 2 and not (len(value) > 1 and value.endswith(first)):
            yield f"a quote that {first} opens is never closed", head(parts) + value + first
        if value.endswith(first) and len(value) > 1:
            what = "a backslash in double quotes" if "\\" in value else f"a {first} inside of {first}"
            yield f"{what} ends or changes the text", head(parts) + quoted(value[1:-1])
        yield "what begins with a quote ends with it", whole(parts, value)
    elif first in CLOSES and not value.startswith("{{"):
        yield from _in_flow(parts, value)
    else:
        text = COMMENT.fullmatch(value)
        assert text is not None, "it matches anything on one line"
        if first in TYPOGRAPHIC or first in WHY or ": " in value:
            yield _why(value), f"{head(parts)}{quoted(text['text'])}{text['comment'] or ''}"


def _in_flow(parts: re.Match[str], value: str) -> Iterator[tuple[str, str]]:
    """A list or a mapping on one line."""
    odd = [found["text"] for found in IN_FLOW.finditer(value)]
    mended = IN_FLOW.sub(_quoted_in_flow, value)
    mended = PAIR_IN_FLOW.sub(_quoted_in_flow, mended)
    if mended != value:
        yield _why(odd[0] if odd else "a"), head(parts) + mended
    open_ones = [CLOSES[sign] for sign in mended if sign in CLOSES]
    missing = len(open_ones) - sum(mended.count(sign) for sign in CLOSES.values())
    if missing > 0:
        closed = mended.rstrip().rstrip(",") + "".join(reversed(open_ones[:missing]))
        yield f"a '{value[0]}' is never closed", head(parts) + closed
    if re.match(r"\[[^\]]*\]\s*\S", value):
        yield _why(value), whole(parts, value)


def _quoted_in_flow(found: re.Match[str]) -> str:
    text = found["text"]
    stripped = text.rstrip()
    return f"{found['before']}{quoted(stripped)}{text[len(stripped) :]}"


def _left_open(lines: Sequence[str], last: int) -> int:
    """The nearest line up to one that opens more brackets than it closes; 0: there is none."""
    for number in range(min(last, len(lines)), max(0, last - 50), -1):
        line = lines[number - 1]
        if sum(line.count(sign) for sign in CLOSES) > sum(line.count(sign) for sign in CLOSES.values()):
            return number
    return 0


def _list_under_text(lines: Sequence[str], number: int) -> Correction | None:
    """A list that begins below a key that has a text already."""
    key = LINE.fullmatch(line_at(lines, number - 1))
    entries = []
    for at in range(number, len(lines) + 1):
        found = ENTRY.fullmatch(line_at(lines, at))
        if found is None or ": " in found["text"]:
            break
        entries.append(found["text"])
    if key is None or not key["key"] or not key["value"] or key["value"][0] in "|>[{#&*!'\"" or not entries:
        return None
    texts = ", ".join(map(quoted, [key["value"].rstrip(), *entries]))
    why = f"its key has a text on line {number - 1} already, so it has no list as well"
    return Correction(
        number, len(lines[number - 1]) - len(lines[number - 1].lstrip()) + 1, why, f"{head(key)}[{texts}]"
    )


def _indent_below(line: str) -> str:
    """How deep what follows a line stands."""
    found = re.match(r"\s*(?:-\s+)*", line)
    width = len(found.group().expandtabs(2)) if found else 0
    return " " * (width + 2 if line.rstrip().endswith(":") else width)


def _why(value: str) -> str:
    if value[0] in TYPOGRAPHIC:
        return "typographic quotes are no quotes"
    if value[0] in WHY:
        return f"{WHY[value[0]]}, so a text that begins with it stands in quotes"
    return "a text with ': ' in it stands in quotes"


def _differ_at(old: str, new: str) -> int:
    for column, (before, after) in enumerate(zip(old, new, strict=False), start=1):
        if before != after:
            return column
    return min(len(old), len(new)) + 1
