"""What all documents share: strict, closed, frozen models, shorthand spellings, and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
SIZE = re.compile(r"(\d+(?:\.\d+)?)(B|kB|MB)")
UNITS = {"B": 1, "kB": 1_000, "MB": 1_000_000}
MONTHS = re.compile(r"([1-9]\d{0,3})(y|mo)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Document(BaseModel):
    """A mapping of a file; an unknown key is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    later: ClassVar[dict[str, str]] = {}
    """Keys that a later version brings, with what to do until then: refused by name, so that nothing is ignored silently."""

    elsewhere: ClassVar[dict[str, str]] = {}
    """Keys that people look for here and that stand in another place."""


@dataclass(frozen=True, slots=True)
class Shorthand:
    """Lets a text stand for a mapping with one key: `screenshot: basket` is `screenshot: {name: basket}`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    def _expand(self, value: object) -> object:
        return {self.key: value} if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class ListOf:
    """Lets a list or a text stand for a mapping with one key: `authors: [ada]` is `authors: {include: [ada]}`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: {self.key: value} if isinstance(value, (str, list)) else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        texts = {"type": "array", "items": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, texts, handler(schema)]}


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """Lets a text stand for a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: [value] if isinstance(value, str) else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _seconds(value: object) -> object:
    if isinstance(value, str):
        match = DURATION.fullmatch(value)
        if match is None:
            raise ValueError(f"{value!r} is not a duration; write {_instead(value)}")
        return float(match.group(1)) * SECONDS[match.group(2)]
    return value


def _instead(text: str) -> str:
    clock = CLOCK.fullmatch(text)
    if clock is None:
        return "'500ms', '45s', '2m' or '8h'"
    both = int(clock[1]) * 60 + int(clock[2])
    return f"'{both}s' for minutes and seconds, '{both}m' for hours and minutes"


def _months(value: object) -> object:
    if value is None or value == "forever":
        return None
    match = MONTHS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is no time by the month; write '2y', '18mo' or 'forever'")
    return int(match[1]) * (12 if match[2] == "y" else 1)


def _bytes(value: object) -> object:
    if isinstance(value, str):
        match = SIZE.fullmatch(value)
        if match is None:
            raise ValueError(f"{value!r} is not a size; write '300B', '20kB' or '5MB'")
        return round(float(match.group(1)) * UNITS[match.group(2)])
    return value


def _sensible(seconds: float) -> float:
    if not 0 < seconds <= 600:
        raise ValueError(f"{seconds:g} seconds is not between 0 and 600 (10 minutes)")
    return seconds


def _of_days(seconds: float) -> float:
    if not 0 < seconds <= 30 * 86_400:
        raise ValueError(f"{seconds:g} seconds is not between 0 and 30 days (720h)")
    return seconds


Duration = Annotated[
    float,
    BeforeValidator(_seconds, json_schema_input_type=str | float),
    AfterValidator(_sensible),
]
LongDuration = Annotated[
    float,
    BeforeValidator(_seconds, json_schema_input_type=str | float),
    AfterValidator(_of_days),
]
Size = Annotated[
    int,
    BeforeValidator(_bytes, json_schema_input_type=str | int),
    Field(ge=0),
]
Texts = Annotated[list[str], OneOrMany()]
Months = Annotated[
    Annotated[int, Field(le=1200)] | None,  # None: for ever
    BeforeValidator(_months, json_schema_input_type=str),
]
