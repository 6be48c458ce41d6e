"""What to write where a value is of another type than its key takes: the line, corrected."""

from __future__ import annotations

import re
from typing import Any

from inspect_pipelines.config import yaml_advice as advice
from inspect_pipelines.config.document import CLOCK
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.playbook import VariableType

YES = ("yes", "on", "y")
NO = ("no", "off", "n")
NO_TEXTS = (VariableType.INT, VariableType.BOOLEAN)
WITH_UNIT = re.compile(r"(?P<digits>[+-]?\d[\d_,]*(?:\.\d+)?)\s*(?P<unit>px|minutes|min|m|seconds|sec|s|%)?")


def without_value(source: Source, path: YamlPath) -> str:
    """What to say of a key that has no value."""
    number, column = source.place(path, at_key=True)
    key = str(path[-1])
    head, colon, rest = key.partition(":")
    if why := advice.lost(source.lines, number):
        return f"has no value: {why}"
    if (
        colon
        and rest.strip()
        and (line := advice.with_value(source.lines, (number, column), key, f"{head}: {rest}"))
    ):
        return f"has no value, since a space is missing behind its colon; write: {line.strip()}"
    if isinstance(path[-1], int):
        return "is an empty entry; take its '-' out, or put a text that begins with '#' in quotes"
    return "has no value; leave the key out, or put a text that begins with '#' in quotes"


def as_written(source: Source, path: YamlPath, value: Any) -> Any:
    """A number letter by letter: what YAML reads 0123 as is not what stands there."""
    return source.written.get(path, value)


def corrected(source: Source, path: YamlPath, kind: str, value: Any, keys: tuple[str, ...] = ()) -> str:
    """`; write: LINE`, with the value as that type; nothing where nobody can know what it is meant to be.

    Args:
        kind: What pydantic missed: `bool_type`, `string_type`, ..
        keys: That the mapping may have, where one is missed.
    """
    old, new = _replacement(source, path, kind, value, keys)
    if not new:
        return ""
    line = advice.with_value(source.lines, source.place(path), old, new)
    return f"; write: {line.strip()}" if line else ""


def respelled(source: Source, path: YamlPath, known: tuple[str, ...]) -> str:
    """`; write: LINE`, where only a space is missing in a key: `-goto: /`, `{name:Shop}`."""
    key = str(path[-1])
    head, colon, rest = key.partition(":")
    meant = ""
    number, column = source.place(path, at_key=True)
    if key.startswith("-") and key[1:].strip() in known:
        is_entry = source.lines and source.lines[number - 1][: column - 1].rstrip().endswith("-")
        meant = key[1:].strip() if is_entry else f"- {key[1:].strip()}"
    elif colon and head in known:
        meant = f"{head}: {rest}"
    line = advice.with_value(source.lines, (number, column), key, meant) if meant else None
    return f"; a space is missing or one too many; write: {line.strip()}" if line else ""


def another_number(source: Source, path: YamlPath, value: Any, kind: VariableType) -> str | None:
    """Why a number in the place of a variable's text would become another text, `0123` for one; None: it would not."""
    text = source.written.get(path)
    if kind in NO_TEXTS or text is None or isinstance(value, bool):
        return None
    if not isinstance(value, (int, float)) or text == str(value):
        return None
    line = advice.with_value(source.lines, source.place(path), text, advice.quoted(text))
    write = f"; write: {line.strip()}" if line else ""
    return f"{text!r} is read as the number {value}, and a text stands in quotes{write}"


def _replacement(
    source: Source, path: YamlPath, kind: str, value: Any, keys: tuple[str, ...]
) -> tuple[str, str]:
    """(what stands there, what should)."""
    text = source.written.get(path, value if isinstance(value, str) else "")
    if kind == "string_type" and text:
        return text, advice.quoted(text)
    if kind == "bool_type" and isinstance(value, str):
        lower = value.lower()
        return value, "true" if lower in YES else "false" if lower in NO else ""
    if kind in ("int_type", "float_type") and isinstance(value, str):
        quote = _quote_at(source, path)
        return f"{quote}{value}{quote}", _number(value.strip(), kind, str(path[-1]))
    if kind in ("model_type", "dict_type") and isinstance(value, str):
        key, colon, rest = value.partition(":")
        return value, f"{key}: {rest}" if colon and key in keys and rest else ""
    if kind in ("model_type", "string_type") and isinstance(value, list) and _is_selector_like(value):
        return f"[{value[0]}]", f'"[{value[0]}]"'
    return "", ""


def _number(text: str, kind: str, key: str) -> str:
    """The number that a text means as the value of a key; empty: nobody knows."""
    if key.endswith(("_minutes", "_seconds")) and (clock := CLOCK.fullmatch(text)):
        return str(int(clock[1]) * 60 + int(clock[2]))
    found = WITH_UNIT.fullmatch(text)
    if found is None or (kind == "int_type" and ("." in found["digits"] or found["unit"] == "%")):
        return ""
    digits, unit = re.sub(r"[_,]", "", found["digits"]), found["unit"] or ""
    if unit == "%":
        return f"{float(digits) / 100:g}"
    return digits if unit in ("", "px") or f"_{unit[0]}" in key else ""


def _is_selector_like(value: list[Any]) -> bool:
    return (
        len(value) == 1
        and isinstance(value[0], str)
        and bool(re.fullmatch(r"[\w-]+(?:[~|^$*]?=.+)?", value[0]))
    )


def _quote_at(source: Source, path: YamlPath) -> str:
    number, column = source.place(path)
    sign = source.lines[number - 1][column - 1 : column] if 0 < number <= len(source.lines) else ""
    return sign if sign in ("'", '"') else ""
