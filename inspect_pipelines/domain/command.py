"""A command: what somebody asks for in a comment, `/inspect NAME theme=dark title="two words"`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_ARGUMENTS = 20
MOST_CHARACTERS = 2_000  # of the line
ARGUMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Command:
    """What stands behind `/inspect`.

    Attributes:
        name: The trigger that is meant; empty: all of them.
        problem: Why the line cannot be read, as a sentence's end; empty: it can.
    """

    name: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def command_of(line: str) -> Command:
    """The command; the first word names a trigger unless it is an argument, other words without `=` are talk."""
    if len(line) > MOST_CHARACTERS:
        return Command(problem=f"has {len(line)} characters, at most {MOST_CHARACTERS} are read")
    try:
        words = shlex.split(line)
    except ValueError:  # an apostrophe in talk, or a quote that is not closed
        words = line.split()
        if any("=" in word for word in words):
            return Command(problem="has a quote that is not closed")
    name = words[0] if words and "=" not in words[0] else ""
    arguments: dict[str, str] = {}
    for word in words:
        key, is_argument, value = word.partition("=")
        if not is_argument or not ARGUMENT.fullmatch(key):
            continue  # `see https://shop.test/?a=b` is talk too
        if key in arguments:
            return Command(name, problem=f"gives {key!r} twice")
        arguments[key] = value
    if len(arguments) > MOST_ARGUMENTS:
        return Command(name, problem=f"has {len(arguments)} arguments, at most {MOST_ARGUMENTS} are read")
    return Command(name, arguments)
