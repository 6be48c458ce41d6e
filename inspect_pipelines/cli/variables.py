"""`--var NAME=VALUE`, wherever a command takes values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from inspect_pipelines.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def variables_option(command: F) -> F:
    return click.option(
        "--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable's value; may be repeated."
    )(command)


def parsed_variables(variables: tuple[str, ...]) -> dict[str, str]:
    """`--var NAME=VALUE`, each once.

    Raises:
        UsageError: One is written otherwise.
    """
    parsed = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {text!r} cannot be read: write it as NAME=VALUE")
        parsed[name] = value
    return parsed
