"""Answers as JSON, the one way for `--json`, /status and REST: times in RFC 3339 UTC, enums as values, unknown as null."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from inspect_pipelines.domain.screenshot import View

FLAT = {"flat": True}  # metadata of a field whose own fields stand in its place


def to_json(value: Any) -> Any:
    """The value as what `json.dumps` takes.

    Fields keep their names and their order; those of a `FLAT` field stand where it is. Mappings get text keys, spans
    become seconds, numbers that JSON does not know become null, and half surrogates, which pages may show and UTF-8
    cannot say, the replacement character.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, View):
        return str(value)
    if dataclasses.is_dataclass(value):
        return _fields(value)
    return _gathered(value)


def rfc3339(at: datetime) -> str:
    """`2026-11-22T07:00:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _fields(value: Any) -> Any:
    written: dict[str, Any] = {}
    for name, is_flat in _names(value):
        if is_flat:
            written.update(to_json(getattr(value, name)))
        else:
            written[name] = to_json(getattr(value, name))
    return written


def _names(value: Any) -> list[tuple[str, bool]]:
    return [(field.name, field.metadata == FLAT) for field in dataclasses.fields(value)]


def _gathered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_clean(str(key)): to_json(one) for key, one in value.items()}
    if isinstance(value, Iterable):
        return [to_json(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no JSON shape; give its query a field that has one")


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
