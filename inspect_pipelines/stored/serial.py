"""Domain values as JSON text and back.

Times are written as RFC 3339 UTC (`2026-11-22T07:00:00Z`); a View, also as a mapping's key, in its text form
`playbook/name@viewport`. Reading gives an equal value back. A field that is not known is left out; one that is not
there gets its default. What is kept for longer than two processes live goes through a `Shape`, which knows its version.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.adapter import adapter

T = TypeVar("T")


def dump_json(value: object, as_type: Any = None) -> str:
    """The JSON text of a domain value.

    Args:
        value: A dataclass of the domain, or a container of some.
        as_type: Its type where `type(value)` does not say it all (`tuple[Run, ...]`).
    """
    found = adapter(as_type or type(value))
    try:
        return found.dump_json(value).decode()
    except PydanticSerializationError:  # half a surrogate, which a page may show and UTF-8 cannot say
        text = json.dumps(found.dump_python(value, mode="json"), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def load_json(as_type: type[T], text: str | bytes) -> T:
    """The domain value behind a text of `dump_json`.

    Raises:
        Unreadable: The text is no JSON or not of that type.
    """
    try:
        loaded: T = adapter(as_type).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the text"
        name = getattr(as_type, "__name__", str(as_type))
        raise Unreadable(
            f"a stored {name} cannot be read: {place}: {first['msg']}; it was damaged or written by another version"
        ) from error
    return loaded
