"""Pages of a server, as long as somebody wants them here."""

from __future__ import annotations

from typing import TypeVar

from inspect_pipelines.client.pages import Pages
from inspect_pipelines.queries.page import Page

T = TypeVar("T")
MOST = 200  # of a page of the API


def gathered(pages: Pages[T], cursor: str | None, limit: int) -> Page[T]:
    """One page of so many, which may take several of the server's."""
    items: list[T] = []
    while True:
        page = pages.page(cursor, size=min(MOST, limit - len(items)))
        items += page.items
        cursor = page.next_cursor
        if cursor is None or len(items) >= limit:
            return Page(tuple(items), cursor, page.problem)
