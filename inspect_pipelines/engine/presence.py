"""What a part of this installation says of itself: read from the machine, not from what is configured."""

from __future__ import annotations

import hashlib
import platform
import socket
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import WEB, WORKER, Presence
from inspect_pipelines.engine.instance import PACKAGES, kind_of
from inspect_pipelines.engine.sources import modules, our_folders
from inspect_pipelines.errors import InspectError
from resources import chromium
from resources.ledger.schema import HEAD
from resources.sessions.browser.stamp import hash_fonts


def presence(settings: Settings, part: str, place: str, rows_behind: int | None = None) -> Presence:
    """This process's, now; its clock is found by whoever tells it.

    Args:
        place: See `Presence`.
        rows_behind: See `Presence`.
    """
    return Presence(
        host=socket.gethostname(),
        part=part,
        place=place,
        version=_installed("inspect-pipelines"),
        code=code(),
        revision=HEAD,
        python=platform.python_version(),
        dagster=_installed("dagster"),
        browser=_browser(settings.chromium),
        fonts=hash_fonts(),
        zone=zone(),
        plays=part == WORKER or (part != WEB and kind_of(settings.run_launcher) not in PACKAGES),
        rows_behind=rows_behind,
    )


@cache
def code() -> str:
    """The first 12 digits of a sha256 over the product's own files: two checkouts have one version. As at the first call."""
    digest = hashlib.sha256()
    for name, text in _files():
        digest.update(f"{name}\n{len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:12]


def zone() -> str:
    """`UTC`, `UTC+05:30`."""
    offset = time.localtime().tm_gmtoff
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"UTC{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}" if offset else "UTC"


def _files() -> Iterator[tuple[str, bytes]]:
    for folder in our_folders():
        for path in sorted(Path(entry.path) for entry in modules(folder)):
            yield path.relative_to(folder.parent).as_posix(), path.read_bytes()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _browser(configured: Path | None) -> str:
    """Empty where there is none, or it does not start: runs say so themselves."""
    try:
        path = chromium.find(configured)
        return _version_of(path, path.stat().st_mtime_ns)
    except (InspectError, OSError):
        return ""


@cache
def _version_of(path: Path, _changed_at: int) -> str:
    return chromium.version(path)
