"""`--reporter junit=F,markdown=F,json=F,pictures=D,github`: what is written of a run that was waited for, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import UsageError

OF_FILES = ("junit", "markdown", "json")
PICTURES = "pictures"
GITHUB = "github"
KINDS = (*OF_FILES, PICTURES, GITHUB)


@dataclass(frozen=True, slots=True)
class Asked:
    """One reporter; `github` needs no file, that of `pictures` is a folder."""

    kind: str
    file: Path | None = None


def asked(texts: Iterable[str]) -> tuple[Asked, ...]:
    """The reporters that were asked for.

    Raises:
        UsageError: One of them is unknown, is there twice, or has no file that could be written.
    """
    found: list[Asked] = []
    for text in (part.strip() for one in texts for part in one.split(",")):
        kind, equals, name = text.partition("=")
        if kind not in KINDS:
            raise UsageError(
                f"--reporter {text!r} is unknown{nearest(kind, [*KINDS])}; write junit=FILE, markdown=FILE, json=FILE, "
                "pictures=FOLDER or github"
            )
        if any(one.kind == kind for one in found):
            raise UsageError(f"--reporter {kind!r} is there twice; a run is reported once in each way")
        if (kind == GITHUB) == bool(equals) or (equals and not name):
            what = "folder" if kind == PICTURES else "file"
            takes = "takes no file" if kind == GITHUB else f"needs a {what}: {kind}={what.upper()}"
            raise UsageError(f"--reporter {text!r} {takes}")
        found.append(Asked(kind, _writable(Path(name), is_folder=kind == PICTURES) if name else None))
    return tuple(found)


def _writable(file: Path, *, is_folder: bool) -> Path:
    """The file or folder, in a folder that is there: nobody wants to hear that after half an hour of waiting."""
    if not file.parent.is_dir():
        raise UsageError(f"--reporter: the folder of {str(file)!r} does not exist; make it first")
    if is_folder and file.exists() and not file.is_dir():
        raise UsageError(f"--reporter: {str(file)!r} is a file; name a folder")
    if file.is_dir() and not is_folder:
        raise UsageError(f"--reporter: {str(file)!r} is a folder; name a file")
    return file
