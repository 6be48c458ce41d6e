"""A condition: what one value of an event's payload must be for a trigger to start a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from inspect_pipelines.errors import UsageError

MOST_CHARACTERS = 500  # of an expression or a pattern
SHOWN_CHARACTERS = 60  # of a value in a reason

Scalar = str | int | float | bool | None

# (pattern, text) -> whether it is found; an engine in linear time, since payloads are hostile (config/pattern.py)
Search = Callable[[str, str], bool]


class Operator(StrEnum):
    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    EXISTS = "exists"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True)
class Condition:
    """`path` is a JMESPath expression over the event's data; `operand` what the value is compared with."""

    path: str
    operator: Operator
    operand: Scalar


def checked_path(path: str) -> str:
    """The expression, when it is one.

    Raises:
        UsageError: It cannot be read.
    """
    if len(path) > MOST_CHARACTERS:
        raise UsageError(f"an expression of {len(path)} characters is too long, at most {MOST_CHARACTERS}")
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        first = str(error).strip().splitlines()[0]
        raise UsageError(f"{path!r} is not a JMESPath expression: {first}") from error
    return path


def unmet(condition: Condition, data: Mapping[str, Any], search: Search) -> str | None:
    """Why the condition does not hold, in one sentence; None: it holds."""
    try:
        value = jmespath.search(condition.path, data)
    except (JMESPathError, ValueError, TypeError, RecursionError) as error:
        return f"{condition.path!r} cannot be read in this payload: {type(error).__name__}"
    if condition.operator is Operator.EXISTS:
        return _exists(condition, value)
    if _holds(condition.operator, value, condition.operand, search):
        return None
    return (
        f"{condition.path!r} is {_shown(value)}, not {condition.operator.value} {_shown(condition.operand)}"
    )


def _exists(condition: Condition, value: object) -> str | None:
    if (value is not None) == bool(condition.operand):
        return None
    return f"{condition.path!r} {'is missing' if value is None else 'exists'}"


def _holds(operator: Operator, value: Any, operand: Scalar, search: Search) -> bool:
    match operator:
        case Operator.EQ:
            return _equal(value, operand)
        case Operator.NEQ:
            return not _equal(value, operand)
        case Operator.CONTAINS:
            return _contains(value, operand)
        case Operator.MATCHES:
            return isinstance(value, str) and search(str(operand), value)
        case _:
            return _compared(operator, value, operand)


def _equal(value: object, operand: Scalar) -> bool:
    """As JSON has it: `true` is not 1."""
    return isinstance(value, bool) == isinstance(operand, bool) and value == operand


def _contains(value: Any, operand: Scalar) -> bool:
    if isinstance(value, str):
        return isinstance(operand, str) and operand in value
    if isinstance(value, (list, dict)):
        return any(_equal(item, operand) for item in value)
    return False


def _compared(operator: Operator, value: Any, operand: Any) -> bool:
    """Numbers with numbers, texts (also times as RFC 3339 has them) with texts; nothing else has an order."""
    if not (_is_number(value) and _is_number(operand)) and not (
        isinstance(value, str) and isinstance(operand, str)
    ):
        return False
    order: dict[Operator, bool] = {
        Operator.GT: value > operand,
        Operator.GTE: value >= operand,
        Operator.LT: value < operand,
        Operator.LTE: value <= operand,
    }
    return order[operator]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
