"""Answers back from JSON: the inverse of `json_shape.to_json`, by the types that `json_schema.schema_of` describes.

A field that is not known is left out, as a newer server may send it; one that is missing gets its default, or is None where
that is allowed.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Literal, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.queries.json_shape import FLAT

T = TypeVar("T")
NAN = float("nan")


def from_json(kind: type[T], value: Any) -> T:
    """The value of that type.

    Args:
        kind: A type of which answers are made.
        value: What `json.loads` gives.

    Raises:
        Unreadable: It is another shape; the sentence says where.
    """
    return cast("T", _read(kind, value, kind.__name__))


def _read(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, NewType):
        return _read(hint.__supertype__, value, where)
    if hint is Any or hint is object:
        return value
    if get_origin(hint) is not None:
        return _generic(hint, value, where)
    if dataclasses.is_dataclass(hint) and hint is not View:
        return _fields(hint, _of(value, dict, where), where)
    try:
        return _plain(hint, value)
    except (ValueError, TypeError, OverflowError) as error:
        raise _strange(value, where) from error


def _plain(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if hint is date:
        return date.fromisoformat(value)
    if hint is timedelta:
        return timedelta(seconds=value)
    if hint is View and isinstance(value, str):
        return View.parse(value)
    if hint is float and not isinstance(value, bool):
        return NAN if value is None else float(value)  # JSON knows no infinity
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if type(value) is not hint and not (hint is type(None) and value is None):
        raise TypeError
    return value


def _generic(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _either(arguments, value, where)
    if origin is Literal:
        if value not in arguments:
            raise _strange(value, where)
        return value
    if origin is tuple and arguments[-1:] != (...,):
        items = _of(value, list, where)
        if len(items) != len(arguments):
            raise _strange(value, where)
        return tuple(
            _read(one, each, f"{where}[{at}]")
            for at, (one, each) in enumerate(zip(arguments, items, strict=True))
        )
    if issubclass(origin, Mapping):
        pairs = _of(value, dict, where).items()
        return {
            _read(arguments[0], key, where): _read(arguments[1], each, f"{where}.{key}")
            for key, each in pairs
        }
    assert issubclass(origin, Collection), hint  # json_schema has a schema for nothing else
    found = [_read(arguments[0], each, f"{where}[{at}]") for at, each in enumerate(_of(value, list, where))]
    if issubclass(origin, AbstractSet):
        return frozenset(found)
    return found if origin is list else tuple(found)


def _either(arms: Collection[Any], value: Any, where: str) -> Any:
    """By the first that it fits; of dataclasses the one that has these fields and no others."""
    if value is None and type(None) in arms:
        return None
    for arm in arms:
        if dataclasses.is_dataclass(arm) and isinstance(value, dict):
            names, needed = _names(arm)
            if not needed <= {*value} <= names and len(arms) > 2:
                continue
        try:
            return _read(arm, value, where)
        except Unreadable:
            continue
    raise _strange(value, where)


def _fields(kind: Any, value: Mapping[str, Any], where: str) -> Any:
    hints, given = _hints(kind), {}
    for field in dataclasses.fields(kind):
        if field.metadata == FLAT:
            given[field.name] = _fields(hints[field.name], value, where)
        elif field.name in value:
            given[field.name] = _read(hints[field.name], value[field.name], f"{where}.{field.name}")
        elif not _has_default(field):
            given[field.name] = _read(hints[field.name], None, f"{where}.{field.name}")
    return kind(**given)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _names(kind: Any) -> tuple[set[str], set[str]]:
    """All of its fields, and those that cannot be missing."""
    names: set[str] = set()
    needed: set[str] = set()
    for field in dataclasses.fields(kind):
        if field.metadata == FLAT:
            inner, inner_needed = _names(_hints(kind)[field.name])
            names |= inner
            needed |= inner_needed
        else:
            names.add(field.name)
            if not _has_default(field):
                needed.add(field.name)
    return names, needed


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _of(value: Any, kind: type[T], where: str) -> T:
    if not isinstance(value, kind):
        raise _strange(value, where)
    return value


def _strange(value: Any, where: str) -> Unreadable:
    return Unreadable(f"{where} cannot be read: {str(value)[:80]!r} is of another shape")
