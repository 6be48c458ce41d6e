"""What to write instead of a line that YAML reads as something else than it was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[int, int]  # line and column, from 1

LINE = re.compile(r"(?P<dashes>\s*(?:-\s+)*)(?P<key>[\w.$-]+\s*:(?=\s|$))?(?P<gap>\s*)(?P<value>.*)")
NO_SPACE = re.compile(r"(?P<head>\s*(?:-\s+)*[A-Za-z_]\w*:)(?P<value>(?!//)\S.*)")
MOST_IN_LINE = 2_000  # characters
INVISIBLE = {
    "\u00a0": "a non-breaking space",
    "\u2007": "a non-breaking space",
    "\u202f": "a narrow non-breaking space",
    "\u3000": "a wide space",
    "\u200b": "a space without a width",
    "\u2060": "a space without a width",
    "\ufeff": "a byte order mark",
}
WITHOUT_WIDTH = ("\u200b", "\u2060", "\ufeff")
TYPOGRAPHIC = "“”„‟«»‘’‚‛＂"
SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)?s?(?![a-z])|pwd|secret|token|api[_-]?key|private[_-]?key|credential|authorization|otp",
    re.IGNORECASE,
)
NOT_SHOWN = "…"
WHY = {
    "#": "'#' begins a comment",
    "{": "'{' begins a mapping, also in '{{'",
    "[": "'[' begins a list",
    "*": "'*' begins an alias",
    "&": "'&' begins an anchor",
    "!": "'!' begins a tag",
    "%": "'%' begins a directive",
    "|": "'|' begins a text of several lines",
    ">": "'>' begins a text of several lines",
    "?": "'?' begins a key",
    "@": "'@' is reserved",
    "`": "'`' is reserved",
    "}": "'}' ends a mapping",
    "]": "']' ends a list",
    ",": "',' parts entries",
}


def quoted(text: str) -> str:
    """The text as a quoted scalar, in the plainest quotes that hold it."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def lost(lines: Sequence[str], number: int) -> str | None:
    """What to say of a line whose value is lost behind a `#` or `&`; None when a comment is what stands there."""
    line = line_at(lines, number)
    parts = LINE.fullmatch(line)
    if (
        parts is None
        or not re.match(r"[#&]\S", parts["value"])
        or not (parts["key"] or "-" in parts["dashes"])
    ):
        return None
    text = parts["value"].rstrip()
    mended = f"{parts['dashes']}{parts['key'] or ''}{parts['gap']}{quoted(text)}".strip()
    return f"{WHY[text[0]]}; write: {without_secret(lines, number, mended)}"


def in_quotes(lines: Sequence[str], place: Place) -> str | None:
    """The line with its value in quotes; None when the value does not begin at that place."""
    parts = LINE.fullmatch(line_at(lines, place[0]))
    if parts is None or parts.start("value") != place[1] - 1:
        return None
    return without_secret(lines, place[0], whole(parts, parts["value"].rstrip())).strip()


def cut_off(lines: Sequence[str], number: int, column: int) -> str | None:
    """The line with the text that ends at a column and what follows it, up to here a comment, in quotes.

    Args:
        column: From 1; the first one behind the text.
    """
    line = line_at(lines, number)
    rest = re.match(r"\s+#\S.*", line[column - 1 :])
    parts = LINE.fullmatch(line)
    if rest is None or parts is None or parts["value"][:1] in ("[", "{", ""):
        return None
    return without_secret(lines, number, whole(parts, parts["value"].rstrip()))


def with_value(lines: Sequence[str], place: Place, old: str, new: str) -> str | None:
    """The line with another value in its place; None when the old one does not stand there as one word."""
    line = line_at(lines, place[0])
    start = place[1] - 1
    if line[start : start + len(old)] != old:
        return None
    return without_secret(lines, place[0], line[:start] + new + line[start + len(old) :])


def spaced(lines: Sequence[str], number: int) -> str | None:
    """The line with a space behind its key's colon; None: none is missing."""
    found = NO_SPACE.fullmatch(line_at(lines, number))
    return without_secret(lines, number, f"{found['head']} {found['value']}") if found else None


def visible(text: str) -> str:
    """The text with ordinary spaces in place of those that nobody sees."""
    for sign in INVISIBLE:
        text = text.replace(sign, "" if sign in WITHOUT_WIDTH else " ")
    return text


def invisible(text: str) -> str | None:
    """What is the first of them in a text; None: there is none."""
    return next((f"{INVISIBLE[sign]} (U+{ord(sign):04X})" for sign in text if sign in INVISIBLE), None)


def without_secret(lines: Sequence[str], number: int, corrected: str) -> str:
    """The line, its value left out where it may be a secret: what is wrong with a file is read in logs, too."""
    around = " ".join(lines[max(0, number - 4) : number + 4])
    parts = LINE.fullmatch(corrected)
    if parts is None or not (SECRET_NAME.search(corrected) or re.search(r"\bsecret:\s*true\b", around)):
        return corrected
    if parts["value"][:1] in ("{", "["):
        return re.sub(
            r"((?:default|value|password|token|secret)\w*:\s*)[^,}\]]+", rf"\g<1>{NOT_SHOWN}", corrected
        )
    return f"{parts['dashes']}{parts['key'] or ''}{parts['gap']}{quoted(NOT_SHOWN)}"


def head(parts: re.Match[str]) -> str:
    return f"{parts['dashes']}{parts['key'] or ''}{parts['gap']}"


def whole(parts: re.Match[str], value: str) -> str:
    return head(parts) + quoted(value)


def line_at(lines: Sequence[str], number: int) -> str:
    """A line that may be corrected; an empty text for one that is not there, or that nobody wrote by hand."""
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return line if len(line) <= MOST_IN_LINE else ""
