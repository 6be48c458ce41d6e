"""A list over several pages, asked for one after another as somebody goes through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from inspect_pipelines.client.connection import Connection
from inspect_pipelines.queries.json_reading import from_json
from inspect_pipelines.queries.page import Page

T = TypeVar("T")


class Pages(Generic[T]):
    """All items, newest first; `for run in client.runs.list()` asks for pages as it needs them.

    Attributes:
        problem: Why items may be missing at the end of what was read; empty: none is.
    """

    def __init__(
        self,
        connection: Connection,
        kind: type[T],
        path: str,
        query: Mapping[str, Any],
        *,
        page_size: int,
        cursor: str | None,
    ) -> None:
        self._connection, self._kind, self._path = connection, kind, path
        self._query, self._page_size, self._cursor = query, page_size, cursor
        self.problem = ""

    def __iter__(self) -> Iterator[T]:
        page = self.page()
        while True:
            yield from page.items
            if page.next_cursor is None:
                return
            page = self.page(page.next_cursor)

    def page(self, cursor: str | None = None, *, size: int | None = None) -> Page[T]:
        """One page: the first, or the one after a cursor; of another size than the others, where one is named."""
        query = {**self._query, "limit": size or self._page_size, "cursor": cursor or self._cursor}
        told = self._connection.json("GET", self._path, query=query)
        items = tuple(from_json(self._kind, one) for one in told["items"])
        self.problem = told.get("problem", "")
        return Page(items, _cursor_of(told["next"]), self.problem)


def _cursor_of(address: str | None) -> str | None:
    """From the address of the next page, which is not asked itself: a proxy may know the server by another name."""
    return parse_qs(urlsplit(address).query)["cursor"][0] if address else None
