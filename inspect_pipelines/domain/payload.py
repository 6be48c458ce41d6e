"""A payload: JSON from outside, read as if somebody had written it to break us; every fault is a sentence."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from inspect_pipelines.errors import Unreadable

NAME_CHARACTERS = 500  # what a name longer than this would be cut to is another name: it is refused
TITLE_CHARACTERS = 500
TEXT_CHARACTERS = 10_000
URL_CHARACTERS = 2000
PATHS = 10_000
LABELS = 100
DATA_BYTES = 64_000
DATA_DEPTH = 8
SHOWN_CHARACTERS = 60
LARGEST_NUMBER = 2**53 - 1  # what every JSON reader keeps exactly
OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")  # `17:00:00 +0100`, as GitLab writes it
MILLISECONDS_FROM = 100_000_000_000  # as seconds it would be the year 5138

REPO = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
SHA = re.compile(r"[0-9a-f]{7,64}")
URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


def read_json(body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        Unreadable: Not UTF-8, not JSON, a key twice in one object, nested too deeply, or a number that JSON has not.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_each_once,
            parse_float=_finite,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise Unreadable(f"the payload is not UTF-8: byte {error.start} does not fit") from error
    except RecursionError as error:
        raise Unreadable("the payload is nested too deeply to be meant well") from error
    except ValueError as error:  # also a number of more than 4,300 digits
        raise Unreadable(f"the payload is not JSON: {error}") from error


def clean(text: str, characters: int) -> str:
    """Text that every store can hold, cut to so many characters."""
    if len(text) > characters:
        text = text[: characters - 1] + "…"
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class Payload:
    """Typed reading by path (`pull_request.base.ref`); what is missing or null is None, what is of another type a fault."""

    value: Any
    called: str = "the payload"

    def at(self, path: str) -> Any:
        """The value there; None when it or something on the way is missing."""
        if isinstance(self.value, dict) and "." not in path:
            return self.value.get(path)  # the usual way, and the paths of a push are many
        found = self.value
        walked = ""
        for name in path.split("."):
            if found is None:
                return None
            if not isinstance(found, Mapping):
                raise Unreadable(f"{walked or self.called} is {_kind(found)}, not an object")
            found = found.get(name)
            walked = f"{walked}.{name}" if walked else name
        return found

    def text(self, path: str, characters: int = TEXT_CHARACTERS) -> str | None:
        """Free text, cut."""
        return _text(self.at(path), path, characters)

    def name(self, path: str) -> str | None:
        """A text that stands for one thing, so that a cut one would stand for another; an empty one is None."""
        return _name(self.at(path), path, NAME_CHARACTERS)

    def needed(self, path: str) -> str:
        found = self.name(path)
        if found is None:
            raise Unreadable(f"{path} is missing")
        return found

    def repo(self, path: str) -> str | None:
        """`owner/name`."""
        return self._fitting(path, REPO, "a repository, which is written as owner/name")

    def sha(self, path: str) -> str | None:
        """A commit, in lower case."""
        found = self.name(path)
        return _fitting(path, found.lower(), SHA, "a commit's SHA") if found else None

    def url(self, path: str) -> str | None:
        found = _name(self.at(path), path, URL_CHARACTERS)
        return _fitting(path, found, URL, "an http address") if found else None

    def number(self, path: str) -> int | None:
        """A whole number from 0 on; digits in a text count."""
        found = self.at(path)
        if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= 16:
            found = int(found)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST_NUMBER:
            raise Unreadable(f"{path} is {_shown(found)}, not a whole number")
        return found

    def flag(self, path: str) -> bool:
        """True or false; false when it is missing."""
        found = self.at(path)
        if found is not None and not isinstance(found, bool):
            raise Unreadable(f"{path} is {_kind(found)}, not true or false")
        return bool(found)

    def moment(self, path: str) -> datetime | None:
        """A time in UTC: ISO 8601 with its offset, or seconds or milliseconds since 1970."""
        found = self.at(path)
        if found is None:
            return None
        try:
            if isinstance(found, str):
                at = datetime.fromisoformat(OFFSET.sub("", found))
                return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
            if isinstance(found, (int, float)) and not isinstance(found, bool):
                return datetime.fromtimestamp(found / 1000 if found >= MILLISECONDS_FROM else found, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise Unreadable(f"{path} is {_shown(found)}, not a time") from error
        raise Unreadable(f"{path} is {_kind(found)}, not a time")

    def object(self, path: str) -> Mapping[str, Any] | None:
        """An object as it is; None when it is missing."""
        found = self.at(path)
        if found is not None and not isinstance(found, Mapping):
            raise Unreadable(f"{path} is {_kind(found)}, not an object")
        return found

    def items(self, path: str) -> list[Any]:
        """A list's; none when it is missing."""
        found = self.at(path)
        if found is None:
            return []
        if not isinstance(found, list):
            raise Unreadable(f"{path} is {_kind(found)}, not a list")
        return found

    def names(self, path: str, *, inner: str = "", at_most: int) -> tuple[str, ...]:
        """The names in a list, each once; with `inner`, those at that path of its objects."""
        items = self.items(path)
        if not items:
            return ()
        where = f"{path}[].{inner}" if inner else f"{path}[]"
        found: dict[str, None] = {}
        for item in items:
            entry = Payload(item, f"{path}[]").at(inner) if inner else item
            if name := _name(entry, where, NAME_CHARACTERS):
                found[name] = None
        if len(found) > at_most:
            raise Unreadable(f"{path} has {len(found)} entries; at most {at_most} are read")
        return tuple(found)

    def _fitting(self, path: str, grammar: re.Pattern[str], what: str) -> str | None:
        found = self.name(path)
        return _fitting(path, found, grammar, what) if found else None


def capped_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions may ask for, cleaned; nulls are left out, and so is, by name, what makes it larger than 64 KB."""
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    size = 0
    for key, value in values.items():
        name, plain = clean(str(key), NAME_CHARACTERS), _plain(value, DATA_DEPTH)
        if plain is None:
            continue  # what is null is missing, here as everywhere
        size_of_it = len(json.dumps({name: plain}))
        if size + size_of_it > DATA_BYTES:
            left_out.append(name)
        else:
            size += size_of_it
            kept[name] = plain
    if left_out:
        kept["left_out"] = left_out[:LABELS]
    return kept


def _text(value: Any, where: str, characters: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{where} is {_kind(value)}, not a text")
    return clean(value, characters)


def _name(value: Any, where: str, characters: int) -> str | None:
    if isinstance(value, str) and value.isascii() and "\0" not in value and len(value) <= characters:
        return value or None  # nearly all; a push may have thousands of them
    found = _text(value, where, characters + 1)
    if found is not None and len(found) > characters:
        raise Unreadable(f"{where} is longer than {characters} characters")
    return found or None


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value, TEXT_CHARACTERS)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (Mapping, list)) and not depth:
        return "…"
    if isinstance(value, Mapping):
        return {clean(str(key), NAME_CHARACTERS): _plain(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth - 1) for inner in value]
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # two readers may take two different values for the truth
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise ValueError(f"the key {_shown(twice)} stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {_shown(text)} is too large")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _fitting(path: str, text: str, grammar: re.Pattern[str], what: str) -> str:
    if not grammar.fullmatch(text):
        raise Unreadable(f"{path} is {_shown(text)}, not {what}")
    return text


def _kind(value: Any) -> str:
    kinds: Iterator[str] = (
        name
        for types, name in (
            (bool, "true or false"),
            ((int, float), "a number"),
            (str, "a text"),
            (list, "a list"),
        )
        if isinstance(value, types)
    )
    return next(kinds, "an object")


def _shown(value: Any) -> str:
    if isinstance(value, (Mapping, list)):
        return _kind(value)
    text = value if isinstance(value, str) else str(value)
    return repr(clean(text, SHOWN_CHARACTERS))
