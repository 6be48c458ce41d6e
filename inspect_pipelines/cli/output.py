"""How commands print: JSON, local times, marks that do not rest on colour."""

from __future__ import annotations

import getpass
import json
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


def terminal_width() -> int | None:
    """Characters in a line of the terminal; None when nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_json(answer: object, *, on_one_line: bool = False) -> None:
    """An answer in the one JSON shape that it has everywhere."""
    from inspect_pipelines.queries.json_shape import (
        to_json,
    )  # knows the domain, which most commands need not load

    click.echo(json.dumps(to_json(answer), indent=None if on_one_line else 2))


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
