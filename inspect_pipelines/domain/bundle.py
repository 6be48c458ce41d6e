"""An evidence bundle: a run as one file that says what belongs to it, signed, to be checked years later without us."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import OrgId, RunId

FORMAT = "inspect-pipelines evidence bundle"
VERSION = 1
MANIFEST, SIGNATURE, PUBLIC, README = "manifest.json", "manifest.sig", "public-key.pem", "README.txt"
UNLISTED = frozenset((MANIFEST, SIGNATURE, PUBLIC))  # what signs cannot name itself


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a bundle."""

    path: str
    sha256: str
    size_bytes: int
    what: str  # for people: `the picture of cart@desktop in this run`


@dataclass(frozen=True, slots=True)
class Lacking:
    """What the run refers to, and was not kept any more when the bundle was made."""

    sha256: str
    what: str


@dataclass(frozen=True, slots=True)
class Manifest:
    format: str
    version: int
    org_id: OrgId
    run_id: RunId
    definition_id: str
    status: str
    reason: str
    completed_at: datetime  # UTC, as all of them
    made_at: datetime
    made_by: str
    key: str  # of whoever signs: `fingerprint` of the public part
    files: tuple[Enclosed, ...]
    lacking: tuple[Lacking, ...] = ()


def fingerprint(public: bytes) -> str:
    """What people compare of a public key (PEM): `SHA256:` and the hex digest of its text without white space."""
    return f"SHA256:{hashlib.sha256(b''.join(public.split())).hexdigest()}"


def faults(manifest: Manifest, found: Mapping[str, tuple[str, int]], names: Sequence[str]) -> tuple[str, ...]:
    """What of a bundle is not as its manifest says, a sentence each.

    Args:
        manifest: Whose signature holds.
        found: Of each file that is there: its sha256 and its size in bytes.
        names: All names in the file, as often as they stand there.
    """
    listed = {one.path: one for one in manifest.files}
    told = [f"{name!r} is there more than once" for name in _twice(names)]
    told += [f"{name!r} is not in the manifest" for name in sorted({*names} - {*listed} - UNLISTED)]
    for path, one in listed.items():
        if path not in found:
            told.append(f"{path!r} is missing: {one.what}")
        elif found[path] != (one.sha256, one.size_bytes):
            told.append(f"{path!r} was changed: {one.what}")
    return tuple(told)


def _twice(names: Iterable[str]) -> list[str]:
    seen, again = set[str](), set[str]()
    for name in names:
        (again if name in seen else seen).add(name)
    return sorted(again)
