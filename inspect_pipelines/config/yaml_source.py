"""What a YAML file holds, and where each of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_pipelines.config.yaml_advice import Place

YamlPath = tuple[str | int, ...]

MAX_BYTES = 1_000_000


@dataclass(slots=True)
class Source:
    """A document's values, and where each stands."""

    file: str  # as people know it: relative to the project
    value: Any = None
    values_at: dict[YamlPath, Place] = field(default_factory=dict)
    keys_at: dict[YamlPath, Place] = field(default_factory=dict)
    written: dict[YamlPath, str] = field(
        default_factory=dict
    )  # plain scalars that are no texts, letter by letter
    lines: Sequence[str] = ()  # empty: it was no text
    remarks: list[tuple[YamlPath, str]] = field(default_factory=list)  # what is right, and seldom meant so

    def place(self, path: YamlPath, *, at_key: bool = False) -> Place:
        """Where a value (or its key) stands; for one that is not written, where what would hold it does."""
        if at_key and path in self.keys_at:
            return self.keys_at[path]
        while path not in self.values_at and path:
            path = path[:-1]
        return self.values_at.get(path, (1, 1))


class YamlError(Exception):
    """A text that is no YAML of ours."""

    def __init__(self, place: Place, path: YamlPath, message: str, *, may_be_text: bool = False) -> None:
        self.place, self.path, self.may_be_text = place, path, may_be_text
        super().__init__(message)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that is not too large.

    Raises:
        YamlError: It is missing, unreadable or too large.
    """
    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise YamlError((1, 1), (), f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(raw) > MAX_BYTES:
        raise YamlError((1, 1), (), "is larger than 1 MB; split it, or check that it is the right file")
    return raw
