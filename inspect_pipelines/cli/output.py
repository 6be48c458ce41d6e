"""How commands print: aligned columns, local times, marks that do not rest on colour."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime

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


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain table, two spaces between columns, no trailing spaces."""
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [header, *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)


def marked(status: str) -> str:
    """The status with a mark in front, so that no colour is needed to tell them apart."""
    return f"{MARKS.get(status, ' ')} {status.replace('_', ' ')}"


def local_time(at: datetime | None) -> str:
    """A time in the machine's zone with its offset, to the minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M %z") if at else ""


def user_name() -> str:
    """Who gives this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user id without a name
        return "unknown"
