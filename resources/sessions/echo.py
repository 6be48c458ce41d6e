"""Echoes: secrets in what a page shows, however it writes them and over however many pieces it splits them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from resources.sessions.redaction import DASHES, HIDDEN, INVISIBLE, Redactor

LEAST_SPLIT = 4  # characters; a shorter secret is looked for as it is, in one piece: "12" is in every table
_LEFT_OUT = dict.fromkeys(map(ord, DASHES + INVISIBLE))
_ESCAPES = "%&\\"  # what a spelling of URLs, HTML or JSON holds


@dataclass
class Echoes:
    """Where they were found.

    Attributes:
        pieces: Numbers of the pieces that show a secret or a part of one.
        parts: Those parts of a secret that stand in a piece of their own; nobody would know them for one.
    """

    pieces: set[int] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)


class Ear:
    """Knows the secrets of one session, and never hands them on."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = [secret for secret in secrets if secret.strip()]
        self._redactor = Redactor(known)
        bare = {squeezed(secret) for secret in known}
        self._long = sorted(secret for secret in bare if len(secret) >= LEAST_SPLIT)
        self._short = sorted(
            {_folded(secret.strip()) for secret in known if len(squeezed(secret)) < LEAST_SPLIT}
        )

    def hear(self, pieces: Sequence[str]) -> Echoes:
        """Find all secrets in texts that stand one after the other."""
        echoes = Echoes()
        bare = [squeezed(piece) for piece in pieces]
        starts = list(accumulate((len(each) for each in bare), initial=0))[:-1]
        whole = "".join(bare)
        for secret in self._long:
            begin = whole.find(secret)
            while begin >= 0:
                self._note(echoes, bare, starts, begin, begin + len(secret))
                begin = whole.find(secret, begin + 1)
        for number, piece in enumerate(pieces):
            folded = _folded(piece) if self._short else ""
            is_escaped = any(sign in piece for sign in _ESCAPES) and self._redactor.text(piece) != piece
            if is_escaped or any(secret in folded for secret in self._short):
                echoes.pieces.add(number)
        return echoes

    def hidden(self, text: str, parts: Iterable[str]) -> str:
        """A text without any secret; all of it is hidden when one of these parts of a secret is in it."""
        clean = self._redactor.text(text)
        bare = squeezed(clean)
        return HIDDEN if any(part in bare for part in parts if len(part) > 1) else clean

    def _note(self, echoes: Echoes, bare: list[str], starts: list[int], begin: int, end: int) -> None:
        first, last = bisect_right(starts, begin) - 1, bisect_right(starts, end - 1) - 1
        for number in range(first, last + 1):
            part = bare[number][max(0, begin - starts[number]) : end - starts[number]]
            if part:
                echoes.pieces.add(number)
                if first != last:
                    echoes.parts.add(part)


def squeezed(text: str) -> str:
    """A text without spaces, dashes and what is not seen, in one case: what is left is what people read."""
    return "".join(_folded(text).translate(_LEFT_OUT).split())


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
