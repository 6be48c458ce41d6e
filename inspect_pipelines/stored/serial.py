"""Domain values as JSON text and back: one pydantic TypeAdapter over each stdlib dataclass.

Times are written as RFC 3339 UTC (`2026-11-22T07:00:00Z`); a View, also as a mapping's key, in its text form
`playbook/name@viewport`. Reading gives an equal value back. A field that a newer version wrote and this one does not
know is left out; one that an older version did not write gets its default.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import CoreSchema, PydanticSerializationError, core_schema

from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import Unreadable

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


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def adapter(as_type: Any) -> TypeAdapter[Any]:
    """The adapter of a type; built once a process, since building costs milliseconds."""
    if as_type not in _ADAPTERS:
        _ADAPTERS[as_type] = TypeAdapter(as_type)
    return _ADAPTERS[as_type]


def _view_schema(cls: type[View], source: Any, handler: Any) -> CoreSchema:
    def read(value: object) -> View:
        if isinstance(value, View):
            return value
        if not isinstance(value, str) or "/" not in value or "@" not in value:
            raise ValueError("a view is written as 'playbook/name@viewport'")
        return View.parse(value)

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.to_string_ser_schema(when_used="always")
    )


# JSON keys are strings, and the domain knows no pydantic: so View's text form is taught to pydantic from here.
View.__get_pydantic_core_schema__ = classmethod(_view_schema)  # type: ignore[attr-defined]
