"""The file of another tool as values with their places, or one sentence that says why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspect_pipelines.config.imports.json_text import parse_json
from inspect_pipelines.config.yaml_source import Source, YamlError, YamlPath
from inspect_pipelines.config.yaml_text import parse
from inspect_pipelines.errors import UsageError

MOST_BYTES = 5_000_000
JAVASCRIPT = (
    "module.exports",
    "export default",
    "const ",
    "let ",
    "var ",
    "require(",
    "import ",
    "//",
    "/*",
    "'use strict'",
)


def values_of(raw: bytes, file: str) -> Source:
    """What a JSON or YAML file says.

    Raises:
        UsageError: It is too large, no text, JavaScript, or broken.
    """
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{file!r} cannot be imported: it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file!r} cannot be imported: it is not UTF-8 text") from error
    start = text.lstrip()
    if start.startswith(JAVASCRIPT):
        raise UsageError(
            f"{file!r} is JavaScript, which is not run; print what it says, and import that: "
            "node -p 'JSON.stringify(require(\"./FILE.js\"), null, 2)' > FILE.json"
        )
    try:
        if start[:1] in ("{", "["):
            return parse_json(text, file)
        source, faults = parse(raw, file)
    except YamlError as error:
        line, column = error.place
        raise UsageError(f"{file}:{line}:{column}  cannot be imported: {error}") from error
    if faults:
        line, column = faults[0].place
        raise UsageError(f"{file}:{line}:{column}  cannot be imported: {faults[0]}")
    return source


def mapping(value: Any) -> dict[str, Any]:
    """The mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """A text, or the texts of a list."""
    given = value if isinstance(value, list) else [value]
    return [one for one in given if isinstance(one, str) and one.strip()]


def number(value: Any) -> float | None:
    """A number, also one written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def entries(source: Source, value: Any, path: YamlPath) -> Iterator[tuple[int, YamlPath, dict[str, Any]]]:
    """Each mapping of a list, with its line and its path."""
    for position, one in enumerate(value if isinstance(value, list) else []):
        here = (*path, position)
        if isinstance(one, dict):
            yield source.place(here)[0], here, one
