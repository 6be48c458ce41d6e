"""How commands print: JSON, local times, marks that do not rest on colour."""

from __future__ import annotations

import getpass
import json
import re
import secrets
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


# A site may write what colours are made of, so our own are marked with a key that it cannot know.
KEY = f"\x1b{secrets.token_hex(4)}["
STYLE = re.compile(re.escape(KEY) + r"([0-9;]*)m")
UP_AND_CLEAR = "\x1b[{lines}F\x1b[J"  # to the first column, that many lines up; then forget what is below


def say(text: object = "", *, err: bool = False, nl: bool = True, over: int = 0) -> None:
    """Print, the only way: what would steer a terminal is not printed, whoever wrote it.

    Args:
        over: How many of the lines printed last it is written over.
    """
    back = UP_AND_CLEAR.format(lines=over) if over else ""
    click.echo(back + _disarmed(str(text)), err=err, nl=nl)


def say_json(text: str, *, nl: bool = True) -> None:
    """Print JSON: what would steer a terminal is written as its escape, so that each value stays what it is."""
    click.echo("".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text), nl=nl)


def style(text: str, *, fg: str | None) -> str:
    """The text in a colour."""
    return click.style(harmless(text), fg=fg).replace("\x1b[", KEY)


def unstyle(text: str) -> str:
    """The text without its colours, as long as it is on the screen."""
    return STYLE.sub("", text)


def terminal_width() -> int | None:
    """Characters in a line of the terminal; None when nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_json(answer: object, *, on_one_line: bool = False) -> None:
    """An answer in the one JSON shape that it has everywhere."""
    # it knows the domain, which most commands need not load
    from inspect_pipelines.queries.json_shape import to_json

    say_json(json.dumps(to_json(answer), indent=None if on_one_line else 2))


def marked(status: str) -> str:
    """The status with a mark in front, so that no colour is needed to tell them apart."""
    return f"{MARKS.get(status, ' ')} {status.replace('_', ' ')}"


def coloured(status: str) -> str:
    """The same, in its colour; click takes colours out where no terminal is, and where NO_COLOR is set."""
    return style(marked(status), fg=COLOURS.get(status))


def strip(statuses: Sequence[str]) -> str:
    """One mark a run, oldest first."""
    return "".join(style(MARKS.get(status, " "), fg=COLOURS.get(status)) for status in statuses)


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def printable(text: str) -> str:
    """The text on one line, without the characters that steer a terminal; strangers write branches and titles."""
    return harmless(" ".join(text.split()))


def harmless(text: str) -> str:
    """The text without the characters that steer a terminal, its lines and tabs kept."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _escaped(sign: str) -> str:
    """A sign as JSON may write each: in hexadecimal, two of them beyond the first 65,536."""
    return re.sub(r"(....)", r"\\u\1", sign.encode("utf-16-be", "surrogatepass").hex())


def _disarmed(text: str) -> str:
    """The text with our own colours, and nothing else that steers a terminal."""
    plain, codes = STYLE.split(text)[::2], STYLE.findall(text)
    ours = ["", *(f"\x1b[{code}m" for code in codes)]
    return "".join(colour + harmless(part) for colour, part in zip(ours, plain, strict=True))


def local_time(at: datetime | None) -> str:
    """A time in the machine's zone with its offset, to the minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M %z") if at else ""


def user_name() -> str:
    """Who gives this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user id without a name
        return "unknown"
