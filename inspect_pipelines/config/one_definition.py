"""One definition by itself, as a request brings it: an entry of schedules.yaml in JSON, held to the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.definitions import Around, to_definition
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.reading import note, nulls
from inspect_pipelines.config.schedule_document import (
    DefinitionDocument,
    ScheduleDocument,
    TriggerDocument,
)
from inspect_pipelines.config.yaml_source import Source, YamlError, YamlPath
from inspect_pipelines.config.yaml_text import MAX_DEPTH, parse
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.revision import Written
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import UsageError

MODELS: Mapping[str, type[ScheduleDocument] | type[TriggerDocument]] = {
    "schedule": ScheduleDocument,
    "trigger": TriggerDocument,
}


class DefinitionInvalid(UsageError):
    """A definition that does not say what it must.

    Args:
        errors: Each with its JSON pointer (`/variables/base_url`; empty: the whole) and its sentence.
    """

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{pointer}: {what}" if pointer else what for pointer, what in errors))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one is checked against."""

    organization: Organization
    library: Library
    kinds: WrittenKinds  # of channels
    now: datetime


@dataclass(frozen=True, slots=True)
class Read:
    definition: Definition
    written: Written
    warnings: tuple[str, ...]


def read_definition(kind: str, body: Mapping[str, Any], grounds: Grounds) -> Read:
    """The definition that a body says.

    Args:
        kind: schedule | trigger.
        body: JSON's values, with the keys of an entry of schedules.yaml.
        grounds: What it is checked against.

    Raises:
        DefinitionInvalid: All of its faults.
    """
    if _is_deep(body):
        raise DefinitionInvalid([("", f"is nested deeper than {MAX_DEPTH} levels")])
    findings = _Pointed()
    source = Source("")
    empty = list(nulls(body, ()))
    for path in empty:
        findings.wrong(source, path, "has no value; leave the key out")
    document = _document(kind, body, findings, source, empty)
    if document is None or findings.errors:
        raise DefinitionInvalid(findings.errors)
    findings.skipped = 2  # from here on paths begin as in a file: `schedules[0]`
    organization = grounds.organization
    around = Around(
        source,
        findings,
        {book.id: book for book in grounds.library.playbooks},
        organization.org_id,
        organization.allowed_hosts,
        grounds.now,
        calendars=grounds.library.calendars,
        sources={one.id: one.kind for one in organization.sources},
        channels=organization.channels,
        kinds=grounds.kinds,
    )
    definition = to_definition(document, 0, around)
    if findings.errors:
        raise DefinitionInvalid(findings.errors)
    return Read(definition, Written(as_written(document)), tuple(findings.notes))


def read_part(text: str, key: str) -> Any:
    """What somebody wrote below one key, by the rules that files are read by; None: nothing.

    Raises:
        DefinitionInvalid: It is no YAML of ours.
    """
    try:
        source, faults = parse(text.encode("utf-8", "replace"), key)
    except YamlError as error:
        raise DefinitionInvalid([(f"/{key}", f"line {error.place[0]}: {error}")]) from error
    if faults:
        raise DefinitionInvalid([(f"/{key}", f"line {one.place[0]}: {one}") for one in faults])
    return source.value


def as_written(document: DefinitionDocument) -> dict[str, Any]:
    """What somebody wrote, in JSON's values, with short spellings written out and nothing added."""
    return document.model_dump(mode="json", exclude_unset=True)


def _is_deep(body: Any) -> bool:
    """Whether what reads it by recursion could run out of stack."""
    level = [body]
    for _ in range(MAX_DEPTH):
        inner = [
            [*one.values()] if isinstance(one, Mapping) else one
            for one in level
            if isinstance(one, (Mapping, list))
        ]
        level = [value for values in inner for value in values]
    return bool(level)


def _document(
    kind: str, body: Mapping[str, Any], findings: _Pointed, source: Source, empty: list[YamlPath]
) -> ScheduleDocument | TriggerDocument | None:
    model = MODELS[kind]
    try:
        return model.model_validate(body)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not any(detail["loc"][: len(path)] == path for path in empty):
                note(findings, source, model, detail)
        return None


@dataclass(slots=True)
class _Pointed(Findings):
    """Findings by their JSON pointers; a body has no lines."""

    skipped: int = 0  # parts of each path that are not the body's
    errors: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, source: Source, path: YamlPath, message: str, *, at_key: bool = False) -> None:
        self.errors.append((pointer(path[self.skipped :]), message))

    def warn(self, source: Source, path: YamlPath, message: str) -> None:
        self.notes.append(f"{pointer(path[self.skipped :])}: {message}")

    def warn_once(self, source: Source, path: YamlPath, message: str) -> None:
        if not any(note.endswith(f": {message}") for note in self.notes):
            self.warn(source, path, message)


def pointer(path: YamlPath) -> str:
    """The path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
