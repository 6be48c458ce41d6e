"""Whom a message mentions: people and groups that organization.yaml knows; all others are plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.channel import Person, person
from inspect_pipelines.domain.message import Message
from resources.channels.telling import cut, plain

MAX_MENTIONS = 10


@dataclass(frozen=True, slots=True)
class People:
    """Who can be mentioned."""

    known: tuple[Person, ...] = ()

    def of(self, message: Message) -> list[tuple[str, Person | None]]:
        """Each mention once, as (`@name`, who that is); None: a stranger."""
        return _mentioned(self.known, message.mentions)


def _mentioned(known: Sequence[Person], mentions: Sequence[str]) -> list[tuple[str, Person | None]]:
    found: dict[str, tuple[str, Person | None]] = {}
    for mention in mentions[:MAX_MENTIONS]:
        name = cut(plain(mention).removeprefix("@"), 80)
        if name:
            found.setdefault(name.casefold(), (f"@{name}", person(known, name)))
    return list(found.values())
