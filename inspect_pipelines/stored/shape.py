"""A shape: a type as it is kept for years, with its version and the way from each older one.

The version stands first in the text, `{"version":2,..`, so that a text of today is known by its first characters and
read like any other; only an older one is taken apart. A text without a version has version 1.

When a stored type changes, `tests/stored/test_shapes.py` fails until its shape has a new version and a function
`upgrade_.._1_to_2`, also when that has nothing to do because the new field has a default: an older inspect-pipelines
then says that it cannot read the text, rather than lose what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic_core import from_json, to_json

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.serial import dump_json, load_json

T = TypeVar("T")
Upgrade = Callable[[Any], Any]  # what JSON says, as one version wrote it, to what the next one writes


class Shape(Generic[T]):
    """How values of a type are kept.

    Args:
        name: For sentences, with its article: `an incident`.
        kind: A dataclass; it has no field `version` of its own.
        upgrades: From 1 to 2, from 2 to 3, ..; so many and one more is the version that is written.
    """

    def __init__(self, name: str, kind: type[T], *upgrades: Upgrade) -> None:
        self.name = name
        self.kind = kind
        self.version = len(upgrades) + 1
        self._upgrades = upgrades
        self._head = f'{{"version":{self.version},'

    def dump(self, value: T) -> str:
        """The JSON text to keep."""
        return self._head + dump_json(value, self.kind)[1:]

    def load(self, text: str) -> T:
        """The value behind a text of `dump`, of this version or an older one.

        Raises:
            Unreadable: It is damaged, or a newer inspect-pipelines wrote it.
        """
        if not text.startswith(self._head):
            text = self._renewed(text)
        return load_json(self.kind, text)

    def upgraded(self, content: Any, version: Any) -> Any:
        """What a text of that version says, as this version would say it.

        Raises:
            Unreadable: A newer inspect-pipelines wrote it, or it lacks what its version had.
        """
        if version not in range(1, self.version + 1):
            raise Unreadable(
                f"{self.name} was kept in version {version!r} of its shape, and this inspect-pipelines reads versions "
                f"up to {self.version}: a newer one wrote it; install that one again, or restore a backup of before"
            )
        try:
            for upgrade in self._upgrades[version - 1 :]:
                content = upgrade(content)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(
                f"{self.name}, kept in version {version} of its shape, cannot be brought to version {self.version}; "
                "it was damaged: restore it from a backup"
            ) from error
        return content

    def _renewed(self, text: str) -> str:
        try:
            content = from_json(text)
        except ValueError:
            return text  # whoever reads it says where it is damaged
        version = content.get("version", 1) if isinstance(content, dict) else 1
        renewed = self.upgraded(content, version)
        return text if version == self.version else to_json(renewed).decode()
