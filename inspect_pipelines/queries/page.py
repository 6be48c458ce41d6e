"""A page of a list, newest first, and the cursor of the one after it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import UsageError

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    next_cursor: str | None  # opaque; None: this is the last page
    problem: str = ""  # why items may be missing at its end; empty: none is

    def of(self, change: Callable[[T], U]) -> Page[U]:
        """The same page of other values."""
        return Page(tuple(change(item) for item in self.items), self.next_cursor, self.problem)


def page_of(
    found: Sequence[T], limit: int, position: Callable[[T], Position], *, problem: str = ""
) -> Page[T]:
    """The page of what was found, of which one more than the limit was asked for.

    Args:
        found: Newest first; one beyond the limit says that there is a next page.
        limit: The most that a page holds.
        position: Where one of them stands in the list.
        problem: Why items may be missing at its end.
    """
    items = tuple(found[:limit])
    is_last = len(found) <= limit
    return Page(items, None if is_last else cursor_of(position(items[-1])), problem)


def cursor_of(position: Position) -> str:
    """The position as opaque text, fit for an address."""
    plain = f"{position.at.isoformat()}|{position.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> Position | None:
    """What a cursor stands for; None: the list's beginning.

    Raises:
        UsageError: It is none that a page gave.
    """
    if cursor is None:
        return None
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, name = plain.partition("|")
        position = Position(datetime.fromisoformat(at), name)
    except (binascii.Error, ValueError) as error:
        raise _strange(cursor) from error
    if position.at.tzinfo is None or not name:
        raise _strange(cursor)
    return position


def _strange(cursor: str) -> UsageError:
    return UsageError(
        f"cursor {cursor[:80]!r} cannot be read: it is none that a page gave; begin without one, and take each next one "
        "as it is from the page before"
    )
