"""A file to its document, every fault noted with its place; nothing here raises for what a person wrote."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inspect_pipelines.config.document import Document
from inspect_pipelines.config.hazards import warn_of_hazards
from inspect_pipelines.config.problem import Findings, Problem, did_you_mean, written
from inspect_pipelines.config.type_advice import as_written, corrected, respelled, without_value
from inspect_pipelines.config.yaml_source import Source, YamlError, YamlPath, read_bytes
from inspect_pipelines.config.yaml_text import parse

D = TypeVar("D", bound=Document)

SHOWN_CHARACTERS = 60
NULL_IS_NOTHING = {("schedules",), ("triggers",), ("metadata",)}  # `triggers:` with every entry commented out
EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping (`key: value` lines)",
    "model_type": "a mapping (`key: value` lines)",
}


def read(path: Path, file: str, model: type[D], findings: Findings) -> tuple[Source, D | None]:
    """The document of a file; None when it has faults, which are then noted.

    Args:
        path: Where it is.
        file: How messages call it.
        model: What it should be.
        findings: Where faults go.
    """
    source = Source(file)
    try:
        source, faults = parse(read_bytes(path), file)
    except YamlError as error:
        findings.problems.append(Problem(file, *error.place, written(error.path), str(error)))
        return source, None
    findings.problems += [Problem(file, *fault.place, written(fault.path), str(fault)) for fault in faults]
    kind = model.model_fields["kind"].annotation
    if not isinstance(source.value, dict):
        what = "is empty" if source.value is None else "is not a mapping"
        findings.wrong(
            source, (), f"{what}; it should begin with 'apiVersion: v1' and 'kind: {get_args(kind)[0]}'"
        )
        return source, None

    empty = list(nulls(source.value, ()))
    for place in empty:
        findings.wrong(source, place, without_value(source, place))
    for place, remark in source.remarks:
        findings.warn(source, place, remark)
    warn_of_hazards(source, findings)
    try:
        document = model.model_validate(_wanted(source.value))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not _is_said(detail, empty, [fault.path for fault in faults]):
                note(findings, source, model, detail)
        return source, None
    return source, None if empty or faults else document


def _is_said(detail: ErrorDetails, empty: Sequence[YamlPath], faulty: Sequence[YamlPath]) -> bool:
    """Whether what pydantic found follows from what is said of the YAML."""
    place = detail["loc"]
    if any(place[: len(path)] == path for path in (*empty, *filter(None, faulty))):
        return True
    if detail["type"] == "missing":  # `{name:shop}`: the key is there, with its value in it
        return any((*path[:-1], str(path[-1]).partition(":")[0]) == place for path in empty)
    return detail["type"] == "value_error" and any(path[:-1] == place for path in empty)


def _wanted(value: dict[str, Any]) -> dict[str, Any]:
    """The top level without `x-...` keys, which are for anchors, and without the sections that are empty."""
    return {
        key: inner
        for key, inner in value.items()
        if not key.startswith("x-") and not (inner is None and (key,) in NULL_IS_NOTHING)
    }


def nulls(value: Any, path: YamlPath) -> Iterator[YamlPath]:
    """Where a key stands without a value; what the document leaves open (typed Any) may hold some."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not path and key.startswith("x-"):
                continue
            if inner is None and (*path, key) not in NULL_IS_NOTHING:
                yield (*path, key)
            yield from nulls(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if inner is None:
                yield (*path, number)
            yield from nulls(inner, (*path, number))


def note(
    findings: Findings, source: Source, model: type[Document], detail: ErrorDetails, below: YamlPath = ()
) -> None:
    """Note what pydantic found; `below` is where the model's document stands in the file."""
    path, kind, value = (*below, *detail["loc"]), detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        _note_unknown_key(findings, source, model, path, below)
    elif kind == "missing":
        findings.wrong(source, path[:-1], f"lacks the key {path[-1]!r}")
    elif kind == "value_error":
        findings.wrong(source, path, str(context["error"]))
    elif kind == "literal_error":
        choices = [choice.strip("'") for choice in str(context["expected"]).replace(" or ", ", ").split(", ")]
        hint = did_you_mean(value, choices) if isinstance(value, str) and len(choices) > 1 else ""
        findings.wrong(source, path, f"{shown(value)} is not {_one_of(choices)}{hint}")
    elif kind == "too_short":
        findings.wrong(source, path, "is empty; it needs at least one entry")
    elif kind in EXPECTED:
        keys = _keys(_model_at(model, path[len(below) :])) if kind == "model_type" else ()
        write = corrected(source, path, kind, value, keys)
        findings.wrong(
            source, path, f"{shown(as_written(source, path, value))} is not {EXPECTED[kind]}{write}"
        )
    else:  # bounds: "Input should be greater than or equal to 1"
        findings.wrong(source, path, f"{shown(value)}: {detail['msg'].replace('Input should', 'should')}")


def _note_unknown_key(
    findings: Findings, source: Source, model: type[Document], path: YamlPath, below: YamlPath
) -> None:
    key = str(path[-1])
    holder = _model_at(model, path[len(below) : -1])
    if key in holder.elsewhere:
        message = f"{key!r} does not stand here; {holder.elsewhere[key]}"
    elif key in holder.later:
        message = f"{key!r} is not supported yet; {holder.later[key]}"
    else:
        known = _keys(holder)
        hint = did_you_mean(key, known) or f"; known are {', '.join(known)}"
        message = f"unknown key {key!r}{respelled(source, path, known) or hint}"
    findings.wrong(source, path, message, at_key=True)


def _keys(model: Any) -> tuple[str, ...]:
    """Of what may stand in a place; none where it is no mapping of ours."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_at(model: type[Document], path: YamlPath) -> type[Document]:
    """The model that a path of a document leads to."""
    found: Any = model
    for part in path:
        if isinstance(part, str) and isinstance(found, type) and issubclass(found, BaseModel):
            found.model_rebuild()  # what names its own kind, as a target does, is known only now
            names = {field.alias or name: field for name, field in found.model_fields.items()}
            found = _inside(names[part].annotation)
    return found  # type: ignore[no-any-return]


def _inside(annotation: Any) -> Any:
    """The model within `list[X]`, `X | None` and `Annotated[X, ..]`."""
    origin = get_origin(annotation)
    if origin is None:
        return annotation
    inner = get_args(annotation) if origin in (Union, types.UnionType) else get_args(annotation)[:1]
    found = [_inside(part) for part in inner if part is not type(None)]
    return found[0]


def _one_of(choices: list[str]) -> str:
    return (
        repr(choices[0]) if len(choices) == 1 else "one of " + ", ".join(repr(choice) for choice in choices)
    )


def shown(value: Any) -> str:
    """A value in quotes, as it would be written, cut to a line."""
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…")
