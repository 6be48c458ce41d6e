"""What the operations of a noun are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from inspect_pipelines.client.connection import Connection
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.client.stream import Told, follow
from inspect_pipelines.queries.json_reading import from_json

T = TypeVar("T")
KEY = "Idempotency-Key"


def below(path: str, **names: object) -> str:
    """An address with what it names, spelled so that no name leads elsewhere."""
    return path.format(**{name: quote(str(one), safe="") for name, one in names.items()})


class Noun:
    """Asks a server about one thing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, kind: type[T], method: str, path: str, **given: Any) -> T:
        return from_json(kind, self._connection.json(method, path, **self._keyed(given)))

    def _many(self, kind: type[T], method: str, path: str, **given: Any) -> tuple[T, ...]:
        told = self._connection.json(method, path, **self._keyed(given))
        return tuple(from_json(kind, one) for one in told["items"])

    def _pages(
        self, kind: type[T], path: str, query: Mapping[str, Any], *, page_size: int, cursor: str | None
    ) -> Pages[T]:
        return Pages(self._connection, kind, path, query, page_size=page_size, cursor=cursor)

    def _bytes(self, path: str) -> bytes:
        return self._connection.ask("GET", path).content

    def _text(self, path: str) -> str:
        return self._connection.ask("GET", path).text

    def _events(self, path: str, last_event_id: str | None) -> Iterator[Told]:
        return follow(self._connection, path, last_event_id=last_event_id)

    def _keyed(self, given: dict[str, Any]) -> dict[str, Any]:
        """A deed has a key of its own, so that it may be sent again when its answer is lost."""
        headers = given.get("headers")
        if headers is None or KEY not in headers:
            return given
        return {**given, "headers": {**headers, KEY: headers[KEY] or self._connection.fresh_key()}}
