"""How commands print: aligned columns, local times, marks that do not rest on colour."""

from __future__ import annotations

import getpass
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime

import click

MARKS = {
    "passed": "✓",
    "failed": "✗",
    "needs_review": "?",
    "error": "!",
    "timeout": "!",
    "cancelled": "-",
    "skipped": "-",
    "running": "…",
    "pending": "…",
}
COLOURS = {
    "passed": "green",
    "failed": "red",
    "needs_review": "yellow",
    "error": "magenta",
    "timeout": "magenta",
    "running": "cyan",
}
NARROWEST = 12  # characters of a column that is cut; less says nothing
SHORT_ID = 13  # characters of a run's id that fix its millisecond


def aligned(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    width: int | None = None,
    optional: Sequence[str] = (),
) -> str:
    """A plain table, two spaces between columns, no trailing spaces.

    Args:
        header: Names of the columns.
        rows: Cells; they may hold colours.
        width: Characters a line may have: a column `RUN` is shortened first, then columns are left out, then the last
            one is cut; None: any.
        optional: The columns that may be left out, the least wanted first.
    """
    table = [list(row) for row in [header, *rows]]
    if width is not None:
        _squeeze(table, width, optional)
    widths = _widths(table)
    lines = [
        "  ".join(
            cell + " " * (wide - len(click.unstyle(cell))) for cell, wide in zip(row, widths, strict=True)
        )
        for row in table
    ]
    return "\n".join(line.rstrip() for line in lines)


def terminal_width() -> int | None:
    """Characters in a line of the terminal; None when nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def marked(status: str) -> str:
    """The status with a mark in front, so that no colour is needed to tell them apart."""
    return f"{MARKS.get(status, ' ')} {status.replace('_', ' ')}"


def coloured(status: str) -> str:
    """The same, in its colour; click takes colours out where no terminal is, and where NO_COLOR is set."""
    return click.style(marked(status), fg=COLOURS.get(status))


def strip(statuses: Sequence[str]) -> str:
    """One mark a run, oldest first."""
    return "".join(click.style(MARKS.get(status, " "), fg=COLOURS.get(status)) for status in statuses)


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def printable(text: str) -> str:
    """The text on one line, without the characters that steer a terminal; strangers write branches and titles."""
    return harmless(" ".join(text.split()))


def harmless(text: str) -> str:
    """The text without the characters that steer a terminal, its lines and tabs kept."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def local_time(at: datetime | None) -> str:
    """A time in the machine's zone with its offset, to the minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M %z") if at else ""


def short_duration(seconds: float) -> str:
    """`11.9 s`, `3 min 20 s`, `2 h 05 min`, `4 d 3 h`."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min {int(seconds % 60):02d} s"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def user_name() -> str:
    """Who gives this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user id without a name
        return "unknown"


def _squeeze(table: list[list[str]], width: int, optional: Sequence[str]) -> None:
    if "RUN" in table[0] and sum(_widths(table)) + _gaps(table) > width:
        _shorten(table, table[0].index("RUN"))
    for name in optional:
        if _needed(table) <= width:
            break
        at = table[0].index(name)
        for row in table:
            del row[at]
    rest = width - sum(_widths(table)[:-1]) - _gaps(table)
    for row in table:
        if len(click.unstyle(row[-1])) > rest:
            row[-1] = cut(click.unstyle(row[-1]), max(rest, NARROWEST))


def _shorten(table: list[list[str]], at: int) -> None:
    ids = [row[at] for row in table[1:]]
    length = SHORT_ID
    while len({one[:length] for one in ids}) < len(set(ids)):  # two runs of one millisecond
        length += 1
    for row in table[1:]:
        row[at] = row[at][:length]


def _needed(table: Sequence[Sequence[str]]) -> int:
    """Characters a line needs when its last column is cut as far as it may be."""
    *firsts, last = _widths(table)
    return sum(firsts) + min(last, NARROWEST) + _gaps(table)


def _gaps(table: Sequence[Sequence[str]]) -> int:
    return 2 * (len(table[0]) - 1)


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(click.unstyle(row[at])) for row in table) for at in range(len(table[0]))]
