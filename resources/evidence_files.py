"""Files of evidence in a folder: `ab/<sha>.zip`, `.har`, `.webp`; a worker writes them, already without any secret."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from resources.disk.atomic import write_atomically

SHA256 = re.compile(r"[0-9a-f]{64}")


class FolderEvidenceFiles:
    """`ports.EvidenceFiles` under one folder, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kind: EvidenceKind, data: bytes) -> Sha256:
        sha256 = Sha256(hashlib.sha256(data).hexdigest())
        path = self._path(kind, sha256)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, data)
        except OSError as error:
            raise Unavailable(f"evidence {str(path)!r} cannot be stored: {error.strerror}") from error
        return sha256

    def get(self, kind: EvidenceKind, sha256: Sha256) -> bytes:
        path = self._path(kind, sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(
                f"evidence {sha256!r} is not in {str(self.folder)!r}; it was pruned, or belongs to another INSPECT_HOME"
            ) from error
        except OSError as error:
            raise Unavailable(f"evidence {str(path)!r} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unreadable(f"evidence {str(path)!r} is damaged: its bytes are not what its name says")
        return data

    def holds(self, kind: EvidenceKind, sha256: Sha256) -> bool:
        """Whether it is there."""
        return self._path(kind, sha256).is_file()

    def link(self, kind: EvidenceKind, sha256: Sha256, *, seconds: int) -> str | None:
        """None: a folder has no door of its own."""
        return None

    def url(self, kind: EvidenceKind, sha256: Sha256) -> str:
        return str(self._path(kind, sha256))

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """What is younger stays, so nothing goes between a worker's `put` and the ledger that hears of it."""
        kept, oldest = set(keep), older_than.timestamp()
        count = size = 0
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            try:
                seen = path.stat()
                if path.stem in kept or seen.st_mtime >= oldest:
                    continue
                if not is_dry_run:
                    path.unlink()
            except FileNotFoundError:  # somebody else prunes, too
                continue
            count, size = count + 1, size + seen.st_size
        return count, size

    def _path(self, kind: EvidenceKind, sha256: Sha256) -> Path:
        if not SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256!r} names no evidence; a name has 64 digits 0-9a-f")
        return self.folder / sha256[:2] / f"{sha256}{kind.suffix}"
