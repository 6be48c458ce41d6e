"""JSON text to plain values and the place of each, as `yaml_text` does for YAML."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from inspect_pipelines.config.yaml_advice import Place
from inspect_pipelines.config.yaml_source import Source, YamlError, YamlPath

MAX_DEPTH = 50
BLANK = re.compile(r"[ \t\n\r]*")
ATOM = re.compile(r"true|false|null|-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][-+]?\d{1,3})?")


def parse_json(text: str, file: str) -> Source:
    """The values and their places.

    Raises:
        YamlError: It is no JSON, or nested deeper than 50 levels.
    """
    reader = _Reader(text, Source(file, lines=text.splitlines()))
    end = reader.value(0, (), 0)
    if reader.after(end) != len(text):
        raise reader.wrong(reader.after(end), "something follows where the JSON is at its end")
    reader.source.value = reader.found
    return reader.source


class _Reader:
    def __init__(self, text: str, source: Source) -> None:
        self.text, self.source = text, source
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.found: Any = None  # of the value that was read last

    def after(self, at: int) -> int:
        """Behind what is blank."""
        found = BLANK.match(self.text, at)
        return found.end() if found else at

    def wrong(self, at: int, message: str) -> YamlError:
        return YamlError(self._place(at), (), f"broken JSON: {message}")

    def _place(self, at: int) -> Place:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def value(self, at: int, path: YamlPath, depth: int) -> int:
        """Read one value, and return where it ends."""
        at = self.after(at)
        if depth > MAX_DEPTH:
            raise self.wrong(at, f"is nested deeper than {MAX_DEPTH} levels")
        self.source.values_at[path] = self._place(at)
        sign = self.text[at : at + 1]
        if sign == "{":
            return self._mapping(at, path, depth)
        if sign == "[":
            return self._list(at, path, depth)
        if sign == '"':
            self.found, end = self._string(at)
            return end
        atom = ATOM.match(self.text, at)
        if atom is None:
            raise self.wrong(at, "expected a value" if sign else "it ends too early")
        self.found = json.loads(atom.group())
        return atom.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, at + 1, True)
        except ValueError as error:
            raise self.wrong(at, "a text that has no end, or holds what JSON forbids") from error
        return text, end

    def _mapping(self, at: int, path: YamlPath, depth: int) -> int:
        values: dict[str, Any] = {}
        at = self.after(at + 1)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise self.wrong(at, "expected a key in double quotes")
            key, end = self._string(at)
            self.source.keys_at[(*path, key)] = self._place(at)
            at = self._expect(":", end)
            at = self.after(self.value(at, (*path, key), depth + 1))
            values[key] = self.found
            at = self._next(at, "}")
        self.found = values
        return at + 1

    def _list(self, at: int, path: YamlPath, depth: int) -> int:
        values: list[Any] = []
        at = self.after(at + 1)
        while self.text[at : at + 1] != "]":
            at = self.after(self.value(at, (*path, len(values)), depth + 1))
            values.append(self.found)
            at = self._next(at, "]")
        self.found = values
        return at + 1

    def _expect(self, sign: str, at: int) -> int:
        at = self.after(at)
        if self.text[at : at + 1] != sign:
            raise self.wrong(at, f"expected {sign!r}")
        return at + 1

    def _next(self, at: int, end: str) -> int:
        """Behind the comma; at the end of the collection where it ends."""
        if self.text[at : at + 1] == end:
            return at
        at = self._expect(",", at)
        following = self.after(at)
        if self.text[following : following + 1] == end:
            raise self.wrong(following, "a comma before the end")
        return following
