"""Files that are replaced in one step: a reader sees the old one or the new one, never half of either."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".tmp"  # such names are leftovers of writers that died


def write_atomically(
    path: Path, data: bytes | str | Iterable[bytes], *, mode: int = 0o600, is_durable: bool = True
) -> None:
    """Write a file, in a folder that exists; text as UTF-8.

    Args:
        path: A link is replaced, not followed.
        data: All of it, as a whole or in pieces that are made while it is written.
        mode: Of the file, whatever the umask.
        is_durable: It is on the disk before this returns, which takes milliseconds; else a power cut may leave the old
            one, or none.

    Raises:
        OSError: The disk is full, or the folder cannot be written; the old file is as it was.
    """
    whole = data.encode() if isinstance(data, str) else data
    pieces = [whole] if isinstance(whole, bytes) else whole
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            os.fchmod(descriptor, mode)
            if is_durable:
                file.flush()
                os.fsync(descriptor)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    if is_durable:
        sync(path.parent)  # the new name, too


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
