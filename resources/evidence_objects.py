"""Files of evidence in the bucket of the gallery: `evidence/ab/<sha>.zip`, `.har`, `.webp`, for any number of machines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports.clock import Clock
from resources.evidence_files import SHA256, FolderEvidenceFiles
from resources.objects.aging import YOUNG, Aging
from resources.objects.store import Meta, Objects

FOLDER = "evidence"
AT_ONCE = 8  # requests of a prune


class ObjectEvidenceFiles:
    """`ports.EvidenceFiles` in a bucket; safe for many processes of many machines at once.

    Args:
        before: Where files were before there was a bucket: they are read and pruned there, and none is added.
        young_for: As of `Aging`.
    """

    def __init__(
        self, objects: Objects, clock: Clock, before: FolderEvidenceFiles, young_for: timedelta = YOUNG
    ) -> None:
        self._objects, self._before = objects, before
        self._aging = Aging(objects, clock, young_for)

    def put(self, kind: EvidenceKind, data: bytes) -> Sha256:
        sha256 = Sha256(hashlib.sha256(data).hexdigest())
        self._aging.store(_path(kind, sha256), data, called=_called(sha256))
        return sha256

    def get(self, kind: EvidenceKind, sha256: Sha256) -> bytes:
        data = self._objects.get(_path(kind, sha256))
        if data is None:
            if self._before.holds(kind, sha256):
                return self._before.get(kind, sha256)
            raise NotFound(
                f"evidence {sha256!r} is not in {self._objects.bucket.url!r}; it was pruned, or belongs to another bucket"
            )
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unreadable(
                f"evidence {self._objects.url(_path(kind, sha256))!r} is damaged: its bytes are not what its name says"
            )
        return data

    def url(self, kind: EvidenceKind, sha256: Sha256) -> str:
        path = _path(kind, sha256)
        return self._before.url(kind, sha256) if self._before.holds(kind, sha256) else self._objects.url(path)

    def link(self, kind: EvidenceKind, sha256: Sha256, *, seconds: int) -> str | None:
        path = _path(kind, sha256)
        return self._objects.link(path, seconds=seconds) if self._objects.head(path) is not None else None

    def prune(
        self, keep: Iterable[Sha256], *, older_than: datetime, is_dry_run: bool = False
    ) -> tuple[int, int]:
        kept = set(keep)
        old = [
            each
            for each in self._objects.below(FOLDER)
            if (sha := _stem(each)) is not None and sha not in kept and each.stored_at < older_than
        ]

        def delete(each: Meta) -> bool:
            called = _called(Sha256(_stem(each) or ""))
            return is_dry_run or self._aging.delete(each.path, called=called, older_than=older_than)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            gone = [each for each, is_gone in zip(old, pool.map(delete, old), strict=True) if is_gone]
        files, size = self._before.prune(kept, older_than=older_than, is_dry_run=is_dry_run)
        return files + len(gone), size + sum(each.size_bytes for each in gone)


def _path(kind: EvidenceKind, sha256: Sha256) -> str:
    if not SHA256.fullmatch(sha256):
        raise NotFound(f"{sha256!r} names no evidence; a name has 64 digits 0-9a-f")
    return f"{FOLDER}/{sha256[:2]}/{sha256}{kind.suffix}"


def _called(sha256: Sha256) -> str:
    return f"{FOLDER}-{sha256}"


def _stem(found: Meta) -> str | None:
    """The hash by which it is called; None: it is none of ours."""
    folder, _, name = found.path.rpartition("/")
    stem = name.partition(".")[0]
    return stem if SHA256.fullmatch(stem) and folder == f"{FOLDER}/{stem[:2]}" else None
