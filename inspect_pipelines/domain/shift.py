"""A shift: rows of a page that stand higher or lower than in the approved picture, and what that alone would have meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.domain.box import Box


@dataclass(frozen=True, slots=True)
class Move:
    """Rows that moved together."""

    y: int  # of the first one, in the new picture
    height: int
    by: int  # px down; negative: up


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the rows of two pictures went."""

    raw_ratio: float  # share of pixels that differ where they stand, before rows are laid beside each other
    new_height: int
    moves: tuple[Move, ...] = ()  # from the top

    @property
    def sentences(self) -> tuple[str, ...]:
        """`everything below y=120 moved down 84 px`, one a move."""
        return tuple(self._told(move) for move in self.moves)

    def before(self, box: Box) -> Box:
        """Where a part of the new page stood in the old one."""
        inside = [move for move in self.moves if move.y <= box.y < move.y + move.height]
        return replace(box, y=box.y - inside[0].by) if inside else box

    def _told(self, move: Move) -> str:
        way = f"moved {'down' if move.by > 0 else 'up'} {abs(move.by)} px"
        if move.y + move.height >= self.new_height:
            return f"everything below y={move.y} {way}"
        return f"the rows from y={move.y} to {move.y + move.height} {way}"


def moves_of(stretches: Sequence[tuple[int, int, int]]) -> tuple[Move, ...]:
    """Of rows that belong together, those that stand elsewhere; neighbours that moved alike are one.

    Args:
        stretches: (row in the old picture, row in the new one, height), from the top.
    """
    found: list[Move] = []
    for old_y, new_y, height in stretches:
        by = new_y - old_y
        if found and found[-1].by == by:
            last = found.pop()
            height += new_y - last.y
            new_y = last.y
        found.append(Move(new_y, height, by))
    return tuple(move for move in found if move.by)
