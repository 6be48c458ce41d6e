"""Secrets out of texts: whatever leaves a player passes here."""

from __future__ import annotations

import base64
import html
import json
import re
import string
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # soft hyphen, zero-width space, joiners
LEAST_CODED = 6  # bytes; what base64 makes of a shorter secret is in every second text
LEAST_SPACED = 6  # characters; only a longer secret is known with spaces and dashes between its characters
# Written by us from ids, times and hashes: a short secret such as "a" must not tear them.
OURS = frozenset(
    {
        "sha256",
        "screenshot",
        "taken_at",
        "view",
        "viewport",
        "step_id",
        "playbook",
        "status",
        "kind",
        "severity",
        "environment",
    }
)


class Redactor:
    """Replaces every secret, in each spelling that a page, a URL or a log gives it, by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = tuple(dict.fromkeys(secret for secret in secrets if secret.strip()))
        longest_first = sorted(self.secrets, key=len, reverse=True)  # a secret may hold another one
        spellings = "|".join(_any_spelling(secret.strip()) for secret in longest_first)
        self._pattern = re.compile(spellings, re.IGNORECASE) if spellings else None
        forms = sorted(
            {form for secret in self.secrets for form in coded(secret.strip())}, key=len, reverse=True
        )
        self._coded = re.compile("|".join(map(re.escape, forms))) if forms else None
        self._tokens: dict[str, None] = {}

    def text(self, text: str) -> str:
        """The text without any secret; cut a text only after this, or half a secret stays."""
        clean = self._pattern.sub(HIDDEN, text) if self._pattern else text
        clean = self._coded.sub(HIDDEN, clean) if self._coded else clean
        for token in self._tokens:
            clean = clean.replace(token, HIDDEN)
        return clean

    def learn(self, tokens: Iterable[str]) -> None:
        """Hide these too, from now on: long ones that nobody spells otherwise than machines do, such as cookies."""
        for token in sorted({each.strip() for each in tokens if each.strip()}, key=len, reverse=True):
            self.secrets = (*self.secrets, token)
            spelled = (token, quote(token, safe=""), quote_plus(token), json.dumps(token)[1:-1])
            for form in (*spelled, *coded(token)):
                self._tokens[form] = None

    def tree(self, value: Any) -> Any:
        """A JSON value with all its texts redacted, but for those that only we write."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.tree(each) for each in value]
        if isinstance(value, dict):
            return {key: each if key in OURS else self.tree(each) for key, each in value.items()}
        return value

    def line(self, line: str) -> str:
        """A wire line `kind JSON`, redacted."""
        if not self.secrets:
            return line
        kind, _, text = line.partition(" ")
        return f"{kind} {json.dumps(self.tree(json.loads(text)), ensure_ascii=False)}"


def coded(secret: str) -> Iterator[str]:
    """What base64 makes of it wherever it stands in what is coded, in both alphabets, without the edges that hang on that."""
    raw = secret.encode("utf-8", "surrogatepass")
    if len(raw) < LEAST_CODED:
        return
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        first = -(-before * 8 // 6)  # the characters that hold bits of what stands before
        last = (before + len(raw)) * 8 // 6
        core = text[first:last]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _any_spelling(secret: str) -> str:
    """A pattern for a secret whose every character may be written as it is, or as URLs, HTML or JSON write it.

    Browsers escape only some of the characters of an address, each in its own way, so no list of whole spellings will do.
    The number of a card may have other spaces and dashes than it was typed with.
    """
    parts = re.findall(r"\s+|\S", secret)
    bare = [part for part in parts if not part.isspace() and part not in DASHES]
    if len(bare) < LEAST_SPACED:
        return "".join(_spellings(part) for part in parts)
    gap = f"[\\s{re.escape(DASHES)}{INVISIBLE}]*"
    inner = secret.strip(DASHES + string.whitespace)
    before, after = secret.partition(inner)[::2]
    pattern, between = "", ""
    for part in re.findall(r"\s+|\S", inner):
        if part.isspace() or part in DASHES:
            between = f"(?:[\\s{re.escape(DASHES)}{INVISIBLE}]|{_spelling_of_gap(part)})*"
            continue
        pattern += (between or gap if pattern else "") + _spellings(part)
        between = ""
    first, last = ("".join(f"(?:{_spelling_of_gap(each)})?" for each in end) for end in (before, after))
    return first + pattern + last


def _spelling_of_gap(part: str) -> str:
    return _one_space(part) if part.isspace() else _spellings(part)


def _spellings(part: str) -> str:
    if part.isspace():  # a page shows any white space as one space
        return f"(?:{_one_space(part)})+"
    code = ord(part)
    units = json.dumps(part)[1:-1]
    ways = {
        re.escape(part),
        _percent(part),
        re.escape(html.escape(part)),
        f"&#(?:0*{code}|[xX]0*{_either_case(f'{code:X}')});",
        _escaped(units),
        _escaped(repr(part)[1:-1]),
        rf"\\+{re.escape(part)}" if part in "\"'/" else "",
    } - {""}
    return f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"


def _escaped(text: str) -> str:
    """Of a string of JSON or Python; one within another has more of the backslashes."""
    bare = text.lstrip("\\")
    return re.escape(text) if bare == text else rf"\\+{re.escape(bare)}"


def _one_space(part: str) -> str:
    others = "|".join(_percent(character) for character in sorted({*part, " ", "\n", "\r", "\t"}))
    return rf"\s|\+|&nbsp;|\\[nrt]|\\u[0-9a-f]{{4}}|{others}"


def _percent(character: str) -> str:
    """Its bytes as addresses escape them, once or several times over."""
    pairs = (f"{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    return "".join(f"%(?:25)*{_either_case(pair)}" for pair in pairs)


def _either_case(digits: str) -> str:
    return "".join(f"[{digit.lower()}{digit}]" if digit.isalpha() else digit for digit in digits.upper())
