"""How often, and how many times faster: plain arithmetic over what was measured."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """0.0 .. 1.0.

        Raises:
            ZeroDivisionError: Nothing was asked; there is no rate of nothing.
        """
        return self.hits / self.of

    def __str__(self) -> str:
        return f"{self.hits}/{self.of} {self.share:.1%}" if self.of else "-"


def rate(answers: Iterable[bool]) -> Rate:
    """How many of the answers are yes."""
    all_of_them = list(answers)
    return Rate(sum(all_of_them), len(all_of_them))


def rates_by(rows: Iterable[T], key: Callable[[T], K], is_hit: Callable[[T], bool]) -> dict[K, Rate]:
    """A rate for every key, in the keys' order of appearance."""
    groups: dict[K, list[bool]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(is_hit(row))
    return {name: rate(answers) for name, answers in groups.items()}


def binned(value: float, edges: Sequence[float]) -> str | None:
    """The half-open bin that holds the value, as `2-3`; None outside of all of them."""
    for low, high in itertools.pairwise(edges):
        if low <= value < high:
            return f"{low:g}-{high:g}"
    return None


Times = Mapping[str, Sequence[float | None]]  # tool -> ms by round; None in rounds that it sat out


def median_ms(times: Times, tool: str) -> float | None:
    """The tool's median; None when it took part in no round."""
    took = [ms for ms in times[tool] if ms is not None]
    return statistics.median(took) if took else None


def ratio(times: Times, tool: str, against: str) -> float | None:
    """How many times longer `tool` takes than `against`: the median over the rounds that both took part in.

    Paired by round, because a round's tools meet the same load of a shared machine.
    """
    both = [
        one / other
        for one, other in zip(times[tool], times[against], strict=True)
        if one is not None and other is not None
    ]
    return statistics.median(both) if both else None


def slug(name: str) -> str:
    """The name as a part of a figure's name: `scikit-image` is `scikit_image`."""
    return "_".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns of text, the first to the left and the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
