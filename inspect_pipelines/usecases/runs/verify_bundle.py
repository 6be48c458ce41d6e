"""Verify a bundle: whether it is what somebody signed whom one trusts, to the last byte of each file. Nothing is unpacked."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile
from zlib import error as BadStream

from inspect_pipelines.domain.bundle import (
    FORMAT,
    MANIFEST,
    PUBLIC,
    SIGNATURE,
    UNLISTED,
    VERSION,
    Manifest,
    faults,
    fingerprint,
)
from inspect_pipelines.errors import Refused, Unreadable
from inspect_pipelines.ports.seal import Seal
from inspect_pipelines.stored.serial import load_json

MOST_BYTES = 64 << 20  # of a manifest: a run of a hundred thousand pictures has less
MOST_NAMES = 200_000
CHUNK_BYTES = 1 << 20
SHOWN = 10  # faults


def verify_bundle(file: BinaryIO, seal: Seal, *, trusted: Collection[str]) -> Manifest:
    """What a bundle is, once all of it holds.

    Args:
        file: Seekable; read, and never unpacked.
        seal: Checks signatures; which key it has itself does not matter.
        trusted: Fingerprints of keys whose word is taken.

    Raises:
        Unreadable: It is damaged, forged or no bundle; the sentence says every fault.
        Refused: It is whole, and nobody said that its signer is trusted, or a newer version has made it.
    """
    try:
        with ZipFile(file) as packed:
            return _verified(packed, seal, trusted)
    except (BadZipFile, BadStream, NotImplementedError, EOFError, RuntimeError, OSError, KeyError) as error:
        raise Unreadable(
            f"it is no whole evidence bundle: {error}; get it anew from whoever made it"
        ) from error


def _verified(packed: ZipFile, seal: Seal, trusted: Collection[str]) -> Manifest:
    names = packed.namelist()
    if len(names) > MOST_NAMES:
        raise Unreadable(f"it is no evidence bundle of ours: it holds {len(names)} files")
    if missing := sorted(UNLISTED - {*names}):
        raise Unreadable(f"it is no evidence bundle: {' and '.join(map(repr, missing))} is not in it")
    written, signature, public = (_small(packed, name) for name in (MANIFEST, SIGNATURE, PUBLIC))
    if not seal.is_signed(written, signature, public):
        raise Unreadable(
            "it was changed after it was signed: the signature is not one of its manifest by the key in it; trust nothing of it"
        )
    manifest = _manifest(written)
    if manifest.key != fingerprint(public):
        raise Unreadable(f"it was forged: it says that {manifest.key!r} signed it, and another key did")
    if found := faults(manifest, _found(packed, manifest), names):
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Unreadable(f"it was changed after it was signed: {'; '.join(found[:SHOWN])}{more}")
    if manifest.key not in trusted:
        raise Refused(
            f"it is whole, and signed by {manifest.key}, of whom nobody has said that you trust it: compare that with the "
            f"fingerprint which its owner gave you (inspect-pipelines runs key), then say --key {manifest.key}"
        )
    return manifest


def _manifest(written: bytes) -> Manifest:
    try:
        manifest = load_json(Manifest, written)
    except Unreadable as error:
        raise Unreadable(f"it is no evidence bundle that we can read: {error}") from error
    if manifest.format != FORMAT:
        raise Unreadable(f"it is no evidence bundle: its manifest says {manifest.format!r}")
    if manifest.version > VERSION:
        raise Refused(
            f"a newer inspect-pipelines has made it (version {manifest.version}, we read up to {VERSION}); upgrade"
        )
    return manifest


def _found(packed: ZipFile, manifest: Manifest) -> Mapping[str, tuple[str, int]]:
    """sha256 and size of each listed file, read no further than what is promised."""
    found = {}
    for one in manifest.files:
        if one.path not in packed.NameToInfo:
            continue
        digest, size = hashlib.sha256(), 0
        with packed.open(one.path) as entry:
            while size <= one.size_bytes and (chunk := entry.read(CHUNK_BYTES)):
                digest.update(chunk)
                size += len(chunk)
        found[one.path] = (digest.hexdigest(), size)
    return found


def _small(packed: ZipFile, name: str) -> bytes:
    with packed.open(name) as entry:
        data = entry.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it is no evidence bundle of ours: {name!r} is larger than {MOST_BYTES >> 20} MB")
    return data
