"""Picture files where a person keeps them: read whole within a cap, listed without leaving their folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from inspect_pipelines.errors import Unreadable, UsageError

MAX_FILE_BYTES = 400_000_000  # more than any picture under the decoder's caps has; /dev/zero has more
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
OTHER_PICTURES = frozenset({".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".svg", ".apng", ".jxl"})


@dataclass
class Folder:
    """The pictures under a folder by their relative paths, and what was left out."""

    pictures: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    other_pictures: list[str] = field(default_factory=list)  # of formats that nothing here reads
    other_files: int = 0
    links: list[str] = field(default_factory=list)  # folders that are links; they may lead anywhere, or round
    closed: list[str] = field(default_factory=list)  # folders that may not be read


def read_file(path: Path) -> bytes:
    """All bytes of a file or a pipe.

    Raises:
        UsageError: There is no such file, or it is a folder.
        Unreadable: It may not be read, or has no end.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"picture {str(path)!r} does not exist; name a PNG, JPEG or WebP file") from error
    except IsADirectoryError as error:
        raise UsageError(
            f"{str(path)!r} is a folder, not a picture; compare two folders with: inspect-pipelines diff-dir A B"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in its name
        raise Unreadable(f"picture {str(path)!r} cannot be read: {_why(error)}") from error
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(
            f"picture {str(path)!r} has more than {MAX_FILE_BYTES // 1_000_000} MB, which no picture here needs"
        )
    return data


def folder_of(root: Path) -> Folder:
    """What lies under a folder; links to folders are not followed, links to files only inside of it.

    Raises:
        UsageError: There is no such folder.
    """
    if not os.path.lexists(root):
        raise UsageError(f"folder {str(root)!r} does not exist; name two folders of pictures")
    if not root.is_dir():
        raise UsageError(
            f"{str(root)!r} is no folder; compare two pictures with: inspect-pipelines diff OLD NEW"
        )
    found = Folder()
    real = Path(os.path.realpath(root))
    for relative, entry in sorted(_walk(root, Path(), found)):
        suffix = Path(relative).suffix.lower()
        if suffix in PICTURES:
            found.pictures[relative] = partial(_read_inside, Path(entry.path), real)
        elif suffix in OTHER_PICTURES:
            found.other_pictures.append(relative)
        else:
            found.other_files += 1
    return found


def _walk(root: Path, below: Path, found: Folder) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(root / below) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        if not below.parts:
            raise UsageError(f"folder {str(root)!r} cannot be read: {_why(error)}") from error
        found.closed.append(below.as_posix())
        return
    for entry in entries:
        relative = below / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, relative, found)
        elif entry.is_symlink() and os.path.isdir(root / relative):  # noqa: PTH112 - Path.is_dir raises on a loop
            found.links.append(relative.as_posix())
        else:
            yield relative.as_posix(), entry


def _read_inside(path: Path, root: Path) -> bytes:
    real = Path(os.path.realpath(path))
    if path.is_symlink() and not real.is_relative_to(root):
        raise Unreadable(f"{str(path)!r} is a link that leads out of its folder, to {str(real)!r}")
    try:
        kind = path.stat().st_mode
    except OSError as error:
        raise Unreadable(f"picture {str(path)!r} cannot be read: {_why(error)}") from error
    if not stat.S_ISREG(kind):  # opening a pipe would wait for ever
        raise Unreadable(f"{str(path)!r} is no file")
    try:
        return read_file(path)
    except UsageError as error:  # it was there a moment ago
        raise Unreadable(str(error)) from error


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
