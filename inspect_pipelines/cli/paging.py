"""Long lists on the command line: how much is left off, and the command that goes on."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from inspect_pipelines.cli.output import say
from inspect_pipelines.queries.page import Page

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

PROGRAM = "inspect-pipelines"
COUNTED = 1000  # of what is left off; beyond that nobody counts
AFTER = "after"


def page_options(default: int) -> Callable[[F], F]:
    """`--limit` and `--after`."""

    def decorate(command: F) -> F:
        after = click.option(
            "--after", AFTER, metavar="CURSOR", help="Go on there; a list that was cut says where."
        )
        limit = click.option(
            "--limit", type=click.IntRange(1, 1000), default=default, show_default=True, help="At most."
        )
        return limit(after(command))

    return decorate


def say_rest(page: Page[T], following: Callable[[str, int], Page[T]]) -> None:
    """Say on stderr how many are left off and how to go on; nothing where the page is the last one.

    Args:
        following: The page after a cursor, of at most so many.
    """
    if page.next_cursor is None:
        return
    rest = following(page.next_cursor, COUNTED)
    count = f"{len(rest.items)}{' or more' if rest.next_cursor else ''}"
    say(f"{count} left off; go on with: {_again(page.next_cursor)}", err=True)


def _again(cursor: str) -> str:
    """The command as it was given, from the cursor on."""
    context = click.get_current_context()
    words = [PROGRAM, *_given(context.find_root()), *context.command_path.split()[1:], *_given(context)]
    return shlex.join([*words, f"--{AFTER}", cursor])


def _given(context: click.Context) -> list[str]:
    """The options and arguments that a person typed."""
    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        is_typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not is_typed or name in (AFTER, "token"):  # a token is not shown
            continue
        value = context.params[name]
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(parameter, click.Argument):
                words.append(str(each))
            else:
                words += [parameter.opts[0], *([] if each is True else [str(each)])]
    return words
