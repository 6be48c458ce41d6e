"""Tolerant reading: an optional field in an odd shape is left out with a remark, and the event goes on without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from inspect_pipelines.domain.payload import TEXT_CHARACTERS, Payload
from inspect_pipelines.errors import Unreadable

T = TypeVar("T")
MOST_REMARKS = 20


@dataclass(frozen=True, slots=True)
class Tolerant:
    """A payload's fields by path; `strict` is for those that its kind cannot be without.

    Attributes:
        remarks: What was left out and why, one sentence each; grows while the payload is read.
    """

    strict: Payload
    remarks: list[str] = field(default_factory=list)

    def or_else(self, otherwise: T, read: Callable[[], T]) -> T:
        """What `read` finds; when that is odd, `otherwise`, and a remark."""
        try:
            return read()
        except Unreadable as error:
            if len(self.remarks) < MOST_REMARKS and str(error) not in self.remarks:
                self.remarks.append(str(error))
            return otherwise

    def at(self, path: str) -> Any:
        return self.or_else(None, lambda: self.strict.at(path))

    def text(self, path: str, characters: int = TEXT_CHARACTERS) -> str | None:
        return self.or_else(None, lambda: self.strict.text(path, characters))

    def name(self, path: str) -> str | None:
        return self.or_else(None, lambda: self.strict.name(path))

    def repo(self, path: str) -> str | None:
        return self.or_else(None, lambda: self.strict.repo(path))

    def sha(self, path: str) -> str | None:
        return self.or_else(None, lambda: self.strict.sha(path))

    def url(self, path: str) -> str | None:
        return self.or_else(None, lambda: self.strict.url(path))

    def number(self, path: str) -> int | None:
        return self.or_else(None, lambda: self.strict.number(path))

    def moment(self, path: str) -> datetime | None:
        return self.or_else(None, lambda: self.strict.moment(path))

    def flag(self, path: str) -> bool:
        return self.or_else(False, lambda: self.strict.flag(path))

    def object(self, path: str) -> Mapping[str, Any] | None:
        return self.or_else(None, lambda: self.strict.object(path))

    def items(self, path: str) -> list[Any]:
        return self.or_else([], lambda: self.strict.items(path))

    def names(self, path: str, *, inner: str = "", at_most: int) -> tuple[str, ...]:
        return self.or_else((), lambda: self.strict.names(path, inner=inner, at_most=at_most))
