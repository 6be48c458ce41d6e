"""The one table printer: aligned columns that fit the terminal.

Ours, since rich's Table takes 50 ms to import, half as long as a whole command.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from inspect_pipelines.cli.output import cut, unstyle

NARROWEST = 12  # characters of a column that is cut; less says nothing
SHORT_ID = 13  # characters of a run's id that fix its millisecond


def aligned(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    width: int | None = None,
    optional: Sequence[str] = (),
    right: Collection[int] = (),
    is_ruled: bool = False,
) -> str:
    """A plain table, two spaces between columns, no trailing spaces.

    Args:
        header: Names of the columns.
        rows: Cells; they may hold colours.
        width: Characters a line may have: a column `RUN` is shortened first, then columns are left out, then the last
            one is cut; None: any.
        optional: The columns that may be left out, the least wanted first.
        right: Which columns, by number, stand at the right; not together with `optional`.
        is_ruled: Whether a line of dashes follows the header.
    """
    # A cell is one line: a site that writes line breaks must not add rows of its own.
    table = [[re.sub(r"[\n\t]+", " ", cell) for cell in row] for row in [header, *rows]]
    if width is not None:
        _squeeze(table, width, optional)
    if is_ruled:
        table.insert(1, ["-" * wide for wide in _widths(table)])
    return "\n".join(columns(table, right=right))


def columns(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """The rows as lines, each column as wide as its widest cell."""
    if not rows:
        return []
    widths = _widths(rows)
    return ["  ".join(_padded(row, widths, right)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> list[str]:
    blanks = [" " * (wide - len(unstyle(cell))) for cell, wide in zip(row, widths, strict=True)]
    return [
        blank + cell if at in right else cell + blank
        for at, (cell, blank) in enumerate(zip(row, blanks, strict=True))
    ]


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
        if len(unstyle(row[-1])) > rest:
            row[-1] = cut(unstyle(row[-1]), max(rest, NARROWEST))


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
    return [max(len(unstyle(row[at])) for row in table) for at in range(len(table[0]))]
