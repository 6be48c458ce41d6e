"""YAML text to plain values and the place of each: YAML 1.2 core rules over libyaml's event stream.

PyYAML's own constructor reads `NO` as false and `1:30` as 90, forgets where a value stood, keeps the last of two equal
keys, and its composer overflows the C stack on deep nesting. So only its (C) parser is used, event by event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from inspect_pipelines.config import yaml_advice as advice
from inspect_pipelines.config.yaml_advice import Place
from inspect_pipelines.config.yaml_correction import tried
from inspect_pipelines.config.yaml_oddity import odd_key, odd_text
from inspect_pipelines.config.yaml_scalar import core_value
from inspect_pipelines.config.yaml_source import Source, YamlError, YamlPath

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as libyaml counts them
MAX_DEPTH = 50  # our documents need 10
MAX_ALIASED_VALUES = 10_000  # in what all aliases stand for together

TAG = "tag:yaml.org,2002:"
CORE_TAGS = {f"{TAG}{name}" for name in ("null", "bool", "int", "float")}


def parse(raw: bytes, file: str) -> tuple[Source, list[YamlError]]:
    """The values and their places, and what is wrong short of broken syntax (equal keys, tags, ..).

    Raises:
        YamlError: The text is not UTF-8, not YAML, nested too deep, or its aliases stand for too much.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place_in(raw[: error.start].decode("utf-8", "replace"))
        message = f"is not UTF-8 text: byte {raw[error.start]:#04x}; save it as UTF-8"
        raise YamlError((line, column), (), message) from error
    lines = LINE_BREAK.split(text)
    try:
        builder = _built(text, file, lines)
    except yaml.MarkedYAMLError as error:
        raise _broken(error, lines) from error
    except yaml.reader.ReaderError as error:
        place = _place_in(text.encode()[: error.position].decode(errors="replace"))  # libyaml counts bytes
        raise YamlError(
            place, (), f"broken YAML: {error.reason} (character {error.character:#04x})"
        ) from error
    except YamlError as error:
        correction = tried(lines, (error.place[0],), error.place, _fails_at) if error.may_be_text else None
        if correction is None:
            raise
        place = (correction.number, correction.column)
        raise YamlError(place, error.path, f"{error}; {correction.sentence}") from error
    return builder.source, builder.faults


def _built(text: str, file: str, lines: Sequence[str]) -> _Builder:
    builder = _Builder(Source(file, lines=lines))
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        builder.take(event)
    return builder


def _fails_at(text: str) -> Place | None:
    """Where reading ends too early."""
    try:
        _built(text, "", ())
    except yaml.MarkedYAMLError as error:
        return _marked(error)
    except yaml.reader.ReaderError:
        return 1, 1
    except YamlError as error:
        return error.place
    return None


@dataclass(slots=True)
class _Open:
    """A collection that has begun and not ended."""

    value: dict[str, Any] | list[Any]
    path: YamlPath
    anchor: str | None
    began_at: int  # how many values came before it
    is_flow: bool  # written in brackets
    key: str | None = None  # of a mapping: read, its value still to come
    merged: dict[str, Any] = field(default_factory=dict)


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[YamlError] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}  # value, how many values it holds
        self._count = 0
        self._aliased = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, CollectionEndEvent):
            self._end()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlError(_place(event), (), "a second document begins here; a file holds one")

    def _scalar(self, event: ScalarEvent) -> None:
        if self._awaits_key():
            self._key(event)
            return
        path = self._next_path()
        self.source.values_at[path] = _place(event)
        plain = event.implicit[0] and not event.style
        if event.tag in CORE_TAGS or (plain and event.tag is None):
            value = core_value(event.value)
        else:
            value = event.value
            self._refuse_tag(event, path, f"{TAG}str")
        if plain and isinstance(value, str):
            odd = odd_text(event.value, _place(event), _end(event), self.source.lines)
            if odd is not None and odd.is_wrong:
                self.faults.append(YamlError(_place(event), path, odd.message))
            elif odd is not None:
                self.source.remarks.append((path, odd.message))
        elif plain:
            self.source.written[path] = event.value
        self._count += 1
        self._keep_anchor(event.anchor, value, 1)
        self._add(value)

    def _key(self, event: ScalarEvent) -> None:
        here = self._open[-1]
        here.key = event.value
        path = (*here.path, event.value)
        if not event.style and (odd := odd_key(event.value, _place(event), self.source.lines)):
            self.faults.append(YamlError(_place(event), path, odd))
        if path in self.source.keys_at and not (event.value == "<<" and not event.style):
            line, _ = self.source.keys_at[path]
            self.faults.append(
                YamlError(
                    _place(event),
                    path,
                    f"the key {event.value!r} stands on line {line} already; keep one of the two",
                )
            )
        self.source.keys_at[path] = _place(event)

    def _begin(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if self._awaits_key():
            raise YamlError(
                _place(event),
                self._open[-1].path,
                "a key must be a word, not a list or a mapping",
                may_be_text=self._open[-1].is_flow,
            )
        if len(self._open) >= MAX_DEPTH:
            raise YamlError(_place(event), (), f"is nested deeper than {MAX_DEPTH} levels")
        path = self._next_path()
        self.source.values_at[path] = _place(event)
        mapping = isinstance(event, MappingStartEvent)
        self._refuse_tag(event, path, f"{TAG}{'map' if mapping else 'seq'}")
        is_flow = bool(event.flow_style)
        self._open.append(_Open({} if mapping else [], path, event.anchor, self._count, is_flow))
        self._count += 1

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict):
            for key, value in done.merged.items():
                done.value.setdefault(key, value)
        self._keep_anchor(done.anchor, done.value, self._count - done.began_at)
        self._add(done.value)

    def _alias(self, event: AliasEvent) -> None:
        if self._awaits_key():
            raise YamlError(_place(event), self._open[-1].path, "a key must be a word, not an alias")
        if any(collection.anchor == event.anchor for collection in self._open):
            raise YamlError(
                _place(event), self._next_path(), f"the alias '*{event.anchor}' stands inside of itself"
            )
        if event.anchor not in self._anchors:
            raise YamlError(
                _place(event),
                self._next_path(),
                f"nothing is anchored as '&{event.anchor}' before",
                may_be_text=True,
            )
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED_VALUES:
            message = f"aliases stand for more than {MAX_ALIASED_VALUES:,} values; write some of them out"
            raise YamlError(_place(event), self._next_path(), message)
        self.source.values_at[self._next_path()] = _place(event)
        self._count += size
        self._add(value)

    def _add(self, value: Any) -> None:
        if not self._open:
            self.source.value = value
            return
        here = self._open[-1]
        if isinstance(here.value, list):
            here.value.append(value)
        elif here.key == "<<" and (merged := _mappings(value)) is not None:
            for mapping in merged:
                for key, inner in mapping.items():
                    here.merged.setdefault(key, inner)
            here.key = None
        else:
            here.value[str(here.key)] = value
            here.key = None

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _next_path(self) -> YamlPath:
        if not self._open:
            return ()
        here = self._open[-1]
        return (*here.path, len(here.value) if isinstance(here.value, list) else str(here.key))

    def _keep_anchor(self, anchor: str | None, value: Any, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)

    def _refuse_tag(self, event: Any, path: YamlPath, usual: str) -> None:
        if event.tag not in (None, "!", usual):
            shown = event.tag.replace(TAG, "!!")
            line = advice.in_quotes(self.source.lines, _place(event)) if usual.endswith("str") else None
            write = f", or write a text that begins with it in quotes: {line}" if line else ""
            message = f"the tag {shown!r} has no meaning here; leave it out{write}"
            self.faults.append(YamlError(_place(event), path, message))


def _mappings(value: Any) -> list[dict[str, Any]] | None:
    """What `<<` merges: one mapping or several; None when it is something else, and so an ordinary key."""
    candidates = value if isinstance(value, list) else [value]
    return candidates if candidates and all(isinstance(each, dict) for each in candidates) else None


def _place(event: Event) -> Place:
    assert event.start_mark is not None, "libyaml marks every event"
    return event.start_mark.line + 1, event.start_mark.column + 1


def _end(event: Event) -> Place:
    assert event.end_mark is not None, "libyaml marks every event"
    return event.end_mark.line + 1, event.end_mark.column + 1


def _place_in(text: str) -> Place:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _marked(error: yaml.MarkedYAMLError) -> Place:
    mark = error.problem_mark or error.context_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _broken(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> YamlError:
    place = _marked(error)
    began = error.context_mark.line + 1 if error.context_mark else place[0]
    before = next((at for at in range(min(place[0], len(lines) + 1) - 1, 0, -1) if lines[at - 1].strip()), 0)
    correction = tried(lines, (place[0], before, began), place, _fails_at)
    if correction is not None:
        return YamlError((correction.number, correction.column), (), correction.sentence)
    message = f"broken YAML: {error.problem}"
    if error.context and began != place[0]:
        message += f" ({error.context} that began on line {began})"
    return YamlError(place, (), message)
