"""Options that `diff` and `diff-dir` share, and how their answers are written."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.errors import Unavailable, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULTS = BaselinePolicy()


class Ratio(click.ParamType):  # type: ignore[type-arg]  # older clicks have no argument there
    """A number from 0 to 1; `nan` is none, although every comparison with it is false."""

    name = "ratio"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number.

        Raises:
            click.BadParameter: It is none, or out of range.
        """
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 <= number <= 1:
            self.fail(f"{value!r} is no number from 0 to 1, for example 0.02", param, ctx)
        return number


class Area(click.ParamType):  # type: ignore[type-arg]
    """`X,Y,W,H` in pixels of the pictures."""

    name = "area"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Box:
        """The box.

        Raises:
            click.BadParameter: Not four whole numbers, or an area without a pixel.
        """
        if isinstance(value, Box):
            return value
        try:
            x, y, width, height = (int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is no area; write four whole numbers X,Y,W,H: 0,0,320,64", param, ctx)
        if x < 0 or y < 0 or width < 1 or height < 1:
            self.fail(f"{value!r} holds no pixel; X and Y start at 0, W and H at 1", param, ctx)
        return Box(x, y, width, height)


def judging(command: Command) -> Command:
    """Add what both commands judge by."""
    for option in reversed(
        (
            click.option(
                "--tolerance",
                type=Ratio(),
                default=DEFAULTS.tolerance,
                show_default=True,
                metavar="T",
                help="Score from 0 to 1 up to which a pair passes.",
            ),
            click.option(
                "--mask",
                "masks",
                type=Area(),
                multiple=True,
                metavar="X,Y,W,H",
                help="Leave out an area, in px; may be repeated.",
            ),
            click.option(
                "--layout-budget",
                type=click.IntRange(0),
                default=DEFAULTS.layout_budget_px,
                show_default=True,
                metavar="PX",
                help="Inserted or removed rows up to which a pair passes.",
            ),
            click.option(
                "--region-budget",
                type=click.IntRange(0),
                metavar="N",
                help="Changed areas up to which a pair passes; off by default.",
            ),
        )
    ):
        command = option(command)
    return command


def policy(tolerance: float, layout_budget: int, region_budget: int | None) -> BaselinePolicy:
    """The options as the house's rule takes them."""
    return BaselinePolicy(tolerance=tolerance, layout_budget_px=layout_budget, region_budget=region_budget)


def quiet_decoders() -> None:
    """Keep Pillow's remarks about damaged metadata off the terminal; what matters of a file is in our own sentence."""
    warnings.filterwarnings("ignore", module=r"PIL\.")


def check_target(option: str, target: Path | None, inputs: tuple[Path, ...]) -> None:
    """Refuse to write over what is compared, or where nothing can be written.

    Raises:
        UsageError: It is one of the inputs, a folder, or in a folder that does not exist.
    """
    if target is None:
        return
    if any(target.exists() and given.exists() and target.samefile(given) for given in inputs):
        raise UsageError(f"{option} {str(target)!r} is one of the pictures; name another file")
    if target.is_dir():
        raise UsageError(f"{option} {str(target)!r} is a folder; name a file")
    if not target.parent.is_dir():
        raise UsageError(f"{option} {str(target)!r}: folder {str(target.parent)!r} does not exist; make it")


def write(target: Path, data: bytes) -> None:
    """Write a file that was asked for.

    Raises:
        Unavailable: The disk is full, or it may not be written.
    """
    try:
        target.write_bytes(data)
    except OSError as error:
        raise Unavailable(f"{str(target)!r} cannot be written: {error.strerror}") from error
