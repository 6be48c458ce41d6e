"""Files of evidence: traces, films and network logs by the sha256 of their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256


class EvidenceFiles(Protocol):
    def put(self, kind: EvidenceKind, data: bytes) -> Sha256:
        """Store a file, atomically and once.

        Raises:
            Unavailable: The disk is full, or the storage does not answer.
            Refused: The storage lets nobody store there.
        """

    def get(self, kind: EvidenceKind, sha256: Sha256) -> bytes:
        """The stored bytes, verified against their name.

        Raises:
            NotFound: No such file.
            Unreadable: They are not what their name says.
        """

    def url(self, kind: EvidenceKind, sha256: Sha256) -> str:
        """Where a person opens it, also when it is not there.

        Raises:
            NotFound: No file can have that name.
        """

    def link(self, kind: EvidenceKind, sha256: Sha256, *, seconds: int) -> str | None:
        """An address that opens it without a key, until then; None: it is not there, or has no door of its own."""

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Delete files that nobody refers to and that are older, or only count them; returns (files, bytes)."""
