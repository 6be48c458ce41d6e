"""Text of strangers as Markdown of the Dagster UI: what a page says about itself is no markup there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MARKUP = frozenset("\\`*_{}[]<>()#|!")


def cell(text: str) -> str:
    """A text as one cell of a table."""
    return "".join(f"\\{each}" if each in MARKUP else each for each in " ".join(text.split()))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of these cells, which are markup already."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
