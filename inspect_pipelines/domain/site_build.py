"""A site's build: what it says of itself, so that nobody compares half of one release with half of another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html.parser import HTMLParser

import jmespath
from jmespath.exceptions import JMESPathError

MOST = 200  # characters of a build


@dataclass(frozen=True, slots=True)
class BuildSource:
    """Where a site says its build: in one of these, else in the whole answer."""

    url: str = "/"  # relative to the base_url; placeholders
    header: str | None = None  # of the answer
    meta: str | None = None  # the name of a `<meta name= content=>`
    json: str | None = None  # a JMESPath in the answer


def build_in(source: BuildSource, headers: dict[str, str], body: str) -> str | None:
    """What an answer says of the build; None: nothing.

    Args:
        headers: Names in lower case.
    """
    if source.header is not None:
        found: object = headers.get(source.header.lower())
    elif source.meta is not None:
        found = _Meta.content(source.meta, body)
    elif source.json is not None:
        found = _at(source.json, body)
    else:
        found = body
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return " ".join(str(found).split())[:MOST] or None


def changed(before: str | None, after: str | None) -> str | None:
    """Why what was seen is of two builds, as a sentence; None: it is of one, or nobody knows."""
    if before is None or after is None or before == after:
        return None
    return f"the site changed while it was looked at: its build was {before!r} and is {after!r}"


def _at(path: str, body: str) -> object:
    try:
        return jmespath.search(path, json.loads(body))
    except (ValueError, JMESPathError):
        return None


class _Meta(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name.casefold()
        self.found: str | None = None

    @classmethod
    def content(cls, name: str, body: str) -> str | None:
        reader = cls(name)
        reader.feed(body)
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "meta" and self.found is None and (said.get("name") or "").casefold() == self._name:
            self.found = said.get("content")
