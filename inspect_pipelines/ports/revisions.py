"""Revisions of definitions, whose they are, and what they may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.revision import Revision, Standing


class Revisions(Protocol):
    """Of an organisation's definitions, deleted ones included."""

    def standing(self) -> Mapping[DefinitionId, Standing]:
        """Of every definition that there is."""

    def settle(self, definition_id: DefinitionId, standing: Standing) -> None:
        """Store how a definition stands; one that there is none of changes nothing."""

    def append(self, revision: Revision) -> None:
        """Keep it for good."""

    def last(self, definition_id: DefinitionId) -> Revision | None:
        """The newest one; None: it never had any."""

    def find(self, definition_id: DefinitionId, number: int) -> Revision | None: ...
    def of(
        self, definition_id: DefinitionId, *, before: int | None = None, limit: int = 50
    ) -> list[Revision]:
        """Newest first; only those with a smaller number than `before`."""

    def deletions(self, limit: int = 50) -> list[Revision]:
        """The newest revision of each definition that was deleted and is not there again; the last deleted first."""

    def library(self) -> Library | None:
        """As last applied; None: by an inspect-pipelines that kept none."""

    def shelve(self, library: Library) -> None:
        """Replace the library."""
