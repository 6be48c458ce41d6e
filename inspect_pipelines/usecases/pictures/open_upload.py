"""Open an upload: pictures, and archives of them, sent by whoever may propose; read as what strangers send, never written to a disk by their names."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.imaging.header import png_header

MOST_PICTURES = 1000
MOST_BYTES_EACH = 20_000_000  # unpacked; a page of 1280 x 30,000 px takes a fifth of it
MOST_BYTES = 200_000_000  # unpacked, all together
MOST_TOLD = 20  # of what is wrong
ARCHIVE = b"PK"  # how ZIP files begin, empty ones too
JUNK = ("__MACOSX/",)  # what a Mac puts beside each file
JUNK_NAMES = (".DS_Store", "Thumbs.db", "desktop.ini")


class UploadInvalid(UsageError):
    """Nothing of it was kept; each thing that is wrong is a sentence."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = f"; and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        super().__init__(f"nothing was kept: {'; '.join(problems[:MOST_TOLD])}{more}")


@dataclass(frozen=True, slots=True)
class File:
    """What was sent under a name."""

    name: str
    content: bytes


def open_upload(files: Sequence[File]) -> list[File]:
    """The PNG pictures of it, those of archives too.

    Raises:
        UploadInvalid: Something of it is no picture, too much, or not what it says.
    """
    problems: list[str] = []
    found: list[File] = []
    taken = 0
    for one in _unpacked(files, problems):
        taken += len(one.content)
        if taken > MOST_BYTES:
            raise UploadInvalid([f"it unpacks to more than {MOST_BYTES // 1_000_000} MB; send it in parts"])
        if problem := _flaw(one):
            problems.append(problem)
        else:
            found.append(one)
        if len(found) > MOST_PICTURES:
            raise UploadInvalid([f"it holds more than {MOST_PICTURES} pictures; send it in parts"])
    if problems:
        raise UploadInvalid(problems)
    if not found:
        raise UploadInvalid(["there is no picture in it; send PNG files, or a ZIP archive of them"])
    return found


def _unpacked(files: Sequence[File], problems: list[str]) -> Iterator[File]:
    for one in files:
        if one.content[:2] == ARCHIVE:
            yield from _of_archive(one, problems)
        else:
            yield one


def _of_archive(file: File, problems: list[str]) -> Iterator[File]:
    try:
        archive = ZipFile(BytesIO(file.content))
    except (BadZipFile, ValueError, OSError) as error:
        problems.append(f"{file.name!r} is a damaged archive: {error}")
        return
    entries = [one for one in archive.infolist() if not one.is_dir() and not _is_junk(one.filename)]
    if len(entries) > MOST_PICTURES:
        raise UploadInvalid(
            [f"{file.name!r} holds {len(entries)} files, and {MOST_PICTURES} are the most; send it in parts"]
        )
    for entry in entries:
        if problem := _refusal(entry):
            problems.append(problem)
            continue
        try:
            with archive.open(entry) as unpacked:
                content = unpacked.read(MOST_BYTES_EACH + 1)  # whatever it says of its size
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            problems.append(f"{entry.filename[:200]!r} cannot be unpacked: {error}")
            continue
        yield File(entry.filename, content)


def _refusal(entry: ZipInfo) -> str:
    """Why an entry is not even unpacked; empty: it is."""
    name = entry.filename
    shown = repr(name[:200])
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return f"{shown} names a place outside of the archive; name it like 'home@desktop.png'"
    if not name.isprintable():
        return f"{shown} holds characters that nobody can type; name it like 'home@desktop.png'"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return f"{shown} is a link to another file; put the picture itself into the archive"
    if entry.flag_bits & 1:
        return f"{shown} is encrypted; send it without a password"
    return ""


def _flaw(file: File) -> str:
    """Why a file is no picture of ours; empty: it is one."""
    shown = repr(file.name[:200])
    if len(file.content) > MOST_BYTES_EACH:
        return f"{shown} is larger than {MOST_BYTES_EACH // 1_000_000} MB unpacked"
    if file.content[:2] == ARCHIVE:
        return f"{shown} is an archive within the archive; pack the pictures themselves"
    try:
        png_header(file.content)
    except Unreadable as error:
        return f"{shown}: {error}"
    return ""


def _is_junk(name: str) -> bool:
    return name.startswith(JUNK) or name.rpartition("/")[2] in JUNK_NAMES
