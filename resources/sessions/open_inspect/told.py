"""What a control plane tells, as values; what it leaves out or tells otherwise is not believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resources.sessions.open_inspect.busy import Busy


@dataclass(frozen=True, slots=True)
class Listed:
    """A session in the list."""

    id: str
    title: str
    created_ms: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A prompt and how far it has come."""

    id: str
    status: str  # pending, processing, completed, failed
    error: str
    created_ms: int | None  # by the control plane's clock
    started_ms: int | None
    completed_ms: int | None

    @property
    def has_ended(self) -> bool:
        return self.status in ("completed", "failed")


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something that an agent has published."""

    id: str
    kind: str
    metadata: Mapping[str, Any]
    created_ms: int | None


def rows(body: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list in an answer.

    Raises:
        Busy: There is no such list: whatever has answered, it was no control plane.
    """
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise Busy(f"the control plane's answer holds no list {name!r}; check its address")
    return (row for row in found if isinstance(row, dict))


def listed(row: Mapping[str, Any]) -> Listed:
    return Listed(_text(row.get("id")), _text(row.get("title")), _number(row.get("createdAt")))


def message(row: Mapping[str, Any]) -> Message:
    return Message(
        _text(row.get("id")),
        _text(row.get("status")),
        _text(row.get("error")),
        _number(row.get("createdAt")),
        _number(row.get("startedAt")),
        _number(row.get("completedAt")),
    )


def event(row: Mapping[str, Any]) -> Event:
    data = row.get("data")
    return Event(_text(row.get("type")), data if isinstance(data, dict) else {})


def artifact(row: Mapping[str, Any]) -> Artifact:
    metadata = row.get("metadata")
    return Artifact(
        _text(row.get("id")),
        _text(row.get("type")),
        metadata if isinstance(metadata, dict) else {},
        _number(row.get("createdAt")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
