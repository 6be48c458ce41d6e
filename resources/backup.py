"""A home as one file, and back: a tar whose last member says what has to be in it.

The history goes first and the ledgers after it, so that what the ledger knows later is drained again; pictures go last, so
that each that a ledger names is there. Dagster's own databases stay behind: the ledger concludes what they knew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from inspect_pipelines.errors import Refused, Unavailable, Unreadable, UsageError
from resources.disk.atomic import sync
from resources.disk.lock import take_lock, waiting_for

FORMAT = "inspect-pipelines backup"
VERSION = 1
LIST = "backup.json"  # the last member
LEDGERS = ("ledger.db", "inbox.db")
HISTORY = "history/snapshot.duckdb"
FOLDERS = ("compiled", "keys", "logins", "outbox", "reports", "evidence", "gallery")  # pictures last
LEFT_OUT = (".lock", ".unfinished")
CHUNK_BYTES = 1 << 20
TRIES = 5


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds."""

    made_at: datetime  # UTC
    files: int
    size_bytes: int


def back_up(home: Path, target: Path, *, at: datetime) -> Backup:
    """Write everything that cannot be made anew into a new file, while runs go on.

    Raises:
        UsageError: There is no home, or the file cannot be made there.
        Unavailable: The disk is full; nothing stays.
    """
    if not (home / "ledger.db").exists():
        raise UsageError(
            f"{str(home)!r} has no ledger to back up; one in PostgreSQL is backed up with pg_dump, beside a copy of the "
            "folder itself"
        )
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with TemporaryDirectory(dir=_folder(home / "run")) as scratch, unfinished.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)  # it holds keys and logins
            with tarfile.open(fileobj=file, mode="w") as tar, _no_sweep(home):
                listed = {name: _add(tar, source, name) for name, source in _sources(home, Path(scratch))}
                _add_list(tar, listed, at)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync(target.parent)
    except OSError as error:
        raise Unavailable(
            f"the backup {str(target)!r} cannot be written: {error.strerror}; make room, or name another disk"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Backup(at, len(listed), sum(size for _, size in listed.values()))


def restore(source: Path, home: Path, *, is_forced: bool, at: datetime) -> tuple[Backup, Path | None]:
    """Make a home of a backup; what stood in its place is kept beside it, and where is told.

    Everything is unpacked and checked beside the home first: a damaged file changes nothing.

    Raises:
        UsageError: The file cannot be read.
        Refused: There is a home already, and nobody said to replace it; or something works in it.
        Unreadable: The file is damaged, cut off, or no backup.
        Unavailable: The disk is full; nothing was changed.
    """
    is_taken = home.exists() and any(home.iterdir())
    if is_taken and not is_forced:
        raise Refused(
            f"INSPECT_HOME {str(home)!r} is not empty; restore into another one, or say --force: what is there is kept "
            "beside it"
        )
    if is_taken:
        _refuse_busy(home)
    new = home.with_name(f".{home.name}.restoring")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(mode=0o700, parents=True)
        backup = _unpack(source, new)
        _start_history(new)
        kept = None
        if home.exists():
            kept = home.with_name(f"{home.name}.before-{at:%Y%m%dT%H%M%S}") if is_taken else None
            home.rename(kept) if kept else home.rmdir()
        new.rename(home)
        sync(home.parent)
    except OSError as error:
        raise Unavailable(
            f"{str(source)!r} cannot be restored to {str(home)!r}: {error.strerror}; nothing was changed"
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return backup, kept


def vacuum_ledgers(home: Path) -> Iterator[tuple[str, int, int]]:
    """Write the SQLite files anew; name, bytes before and after of each that is there.

    Raises:
        Unavailable: Somebody writes to one without an end, or the disk is full; it stays as it is.
    """
    for path in (home / name for name in LEDGERS):
        if not path.exists():
            continue
        before = path.stat().st_size
        try:
            with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"{str(path)!r} cannot be written anew: {error}; stop `inspect-pipelines up`, make room, and try again"
            ) from error
        yield path.name, before, path.stat().st_size


def _sources(home: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Names in the file and what is put there, in an order in which each knows less than the next."""
    if (home / HISTORY).exists():
        yield HISTORY, _held(home / HISTORY, scratch / "snapshot.duckdb")
    for name in LEDGERS:
        if (home / name).exists():
            copy = scratch / name
            with (
                closing(sqlite3.connect(home / name, timeout=60)) as live,
                closing(sqlite3.connect(copy)) as new,
            ):
                live.backup(new, pages=4096, sleep=0.01)
            yield name, copy
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if (
                path.is_file()
                and not path.is_symlink()
                and not path.name.startswith(".")
                and "thumbs" not in path.parts
            ):
                yield path.relative_to(home).as_posix(), path
    if (settings := home / "dagster" / "dagster.yaml").exists():
        yield "dagster/dagster.yaml", settings


def _held(source: Path, copy: Path) -> Path:
    """A copy of a publication, as it was at one moment: one that was replaced is written to when it is the next one's turn."""
    for _ in range(TRIES):
        with source.open("rb") as file, copy.open("wb") as new:
            before = os.fstat(file.fileno())
            shutil.copyfileobj(file, new, CHUNK_BYTES)
            after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns):
            return copy
    raise Unavailable(
        f"{str(source)!r} is published again and again while it is copied; try again when less runs end"
    )


@contextmanager
def _no_sweep(home: Path) -> Iterator[None]:
    """Pictures come and none goes, so that each that the ledger's copy names is there."""
    with waiting_for(_folder(home / "gallery") / ".lock", is_shared=True):
        yield


def _add(tar: tarfile.TarFile, source: Path, name: str) -> tuple[str, int]:
    with source.open("rb") as file:
        info = tar.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        reader = _Hashing(file)
        tar.addfile(info, reader)
    return reader.digest.hexdigest(), info.size


def _add_list(tar: tarfile.TarFile, listed: Mapping[str, tuple[str, int]], at: datetime) -> None:
    text = json.dumps(
        {"format": FORMAT, "version": VERSION, "made_at": at.astimezone(UTC).isoformat(), "files": listed}
    ).encode()
    info = tarfile.TarInfo(LIST)
    info.size, info.mode = len(text), 0o600
    tar.addfile(info, BytesIO(text))


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _unpack(source: Path, new: Path) -> Backup:
    found: dict[str, tuple[str, int]] = {}
    told: Mapping[str, Any] = {}
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or told:
                    raise _damaged(source, f"{member.name!r} does not belong into one")
                if member.name == LIST:
                    told = json.loads(content.read())
                else:
                    found[member.name] = _put(new, member, content, source)
        if told.get("format") != FORMAT:
            raise _damaged(source, "its list is missing, so it was cut off or is something else")
        if told["version"] != VERSION:
            raise Refused(
                f"{str(source)!r} was made by a newer inspect-pipelines; upgrade, and restore it then"
            )
        listed = {name: (sha, size) for name, (sha, size) in told["files"].items()}
        made_at = datetime.fromisoformat(str(told["made_at"]))
    except FileNotFoundError as error:
        raise UsageError(f"{str(source)!r} is not there") from error
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(source, str(error)) from error
    if wrong := sorted({*listed} ^ {*found}) or sorted(
        name for name in listed if listed[name] != found[name]
    ):
        raise _damaged(source, f"{wrong[0]!r} is not what was put in")
    return Backup(made_at, len(listed), sum(size for _, size in listed.values()))


def _put(new: Path, member: tarfile.TarInfo, content: IO[bytes], source: Path) -> tuple[str, int]:
    parts = PurePosixPath(member.name).parts
    is_ours = member.name in (*LEDGERS, HISTORY, "dagster/dagster.yaml") or parts[0] in FOLDERS
    if not is_ours or ".." in parts or member.name.startswith("/") or "\0" in member.name:
        raise _damaged(source, f"{member.name!r} does not belong into one")
    path = new.joinpath(*parts)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reader = _Hashing(content)
    with path.open("xb") as file:
        os.fchmod(file.fileno(), member.mode & 0o666)
        while chunk := reader.read(CHUNK_BYTES):
            file.write(chunk)
    os.utime(path, (member.mtime, member.mtime))
    return reader.digest.hexdigest(), member.size


def _start_history(new: Path) -> None:
    """What was published is what the history goes on from, as after a rebuild."""
    if (snapshot := new / HISTORY).exists():
        shutil.copyfile(snapshot, new / "history" / "live.duckdb")
        shutil.copyfile(snapshot, new / "history.duckdb")


def _refuse_busy(home: Path) -> None:
    held = [home / "history" / "lock", home / "run" / "up.lock", *(home / "run" / "workers").glob("*")]
    for path in (one for one in held if one.is_file()):
        lock = take_lock(path)
        if lock is None:
            raise Refused(
                f"something works in {str(home)!r} ({path.name!r} is held); stop `inspect-pipelines up` and wait for running runs to end"
            )
        os.close(lock)


def _damaged(source: Path, why: str) -> Unreadable:
    return Unreadable(f"{str(source)!r} is no whole backup: {why}; nothing was changed")


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
