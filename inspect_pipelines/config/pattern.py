"""Regular expressions over hostile texts: the engine behind pydantic, whose time grows with the text and no faster."""

from __future__ import annotations

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from inspect_pipelines.errors import UsageError

MOST_CHARACTERS = 500  # of a pattern
SEARCHED_CHARACTERS = 20_000  # of a text; what comes after is not looked at


def found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; `^` and `$` anchor it."""
    return _engine(pattern).isinstance_python(text[:SEARCHED_CHARACTERS])


def checked_pattern(pattern: str) -> str:
    """The pattern, when it is one.

    Raises:
        UsageError: It cannot be read, is too long, or needs look-around or back-references, which no linear engine has.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise UsageError(f"a pattern of {len(pattern)} characters is too long, at most {MOST_CHARACTERS}")
    try:
        _engine(pattern)
    except SchemaError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("error: ")
        raise UsageError(f"{pattern!r} is not a pattern: {reason}") from error
    return pattern


@lru_cache(maxsize=256)
def _engine(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
