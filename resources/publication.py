"""The publication as files of INSPECT_HOME: `compiled/<org>.json`."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.ids import SLUG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.stored.compiled import (
    channels_of,
    dump_compiled,
    limits_of,
    load_compiled,
    nothing_compiled,
    org_of,
)
from resources.disk.atomic import sync, write_atomically
from resources.disk.lock import take_lock

FOLDER = "compiled"
LOCK = "lock"  # never deleted
BEFORE = "compiled.json"  # of homes that had one organisation; taken over when anything is read or published
DAMAGED = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)  # pydantic's and the JSON reader's are ValueErrors
MEND = "run `inspect-pipelines apply` to write it anew"


class FilePublication:
    """`ports.Publication` in a home.

    Args:
        home: INSPECT_HOME; made when something is published.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._before = home / BEFORE

    @contextmanager
    def alone(self) -> Iterator[None]:
        path = self._folder / LOCK
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = take_lock(path, waits=True)
        except OSError as error:
            raise self._unwritable(path, error) from error
        assert descriptor is not None  # it waits
        try:
            yield
        finally:
            os.close(descriptor)

    def refresh(self) -> bool:
        return False  # this home is all there is

    def publish(self, compiled: Compiled) -> None:
        """Write it so that it holds also after a power cut."""
        path = self._path(compiled.org_id)
        try:
            with suppress(Unreadable):  # a damaged one goes when there is a good one
                self._take_over()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(path, dump_compiled(compiled))
            self._before.unlink(missing_ok=True)
            sync(self._folder.parent)
        except OSError as error:
            raise self._unwritable(path, error) from error

    def organizations(self) -> tuple[OrgId, ...]:
        with suppress(Unreadable):
            self._take_over()
        return tuple(sorted(OrgId(path.stem) for path in self._files()))

    def read(self, org_id: OrgId) -> Compiled:
        self._take_over()
        path = self._path(org_id)
        try:
            compiled = load_compiled(path.read_bytes())
        except FileNotFoundError:
            return nothing_compiled(org_id)
        except OSError as error:
            raise Unreadable(
                f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}"
            ) from error
        except Unreadable as error:
            raise Unreadable(f"{str(path)!r} {error}; {MEND}") from error
        except DAMAGED as error:
            raise Unreadable(f"{str(path)!r} is damaged; {MEND}") from error
        if compiled.org_id != org_id:
            raise Unreadable(f"{str(path)!r} is of organisation {compiled.org_id!r}; {MEND}")
        return compiled

    def all(self) -> tuple[Compiled, ...]:
        self._take_over()
        return tuple(self.read(org_id) for org_id in self.organizations())

    def limits(self) -> tuple[tuple[Naming, Limits], ...]:
        found = []
        for org_id in self.organizations():
            try:
                found.append(limits_of(self._path(org_id).read_bytes()))
            except (OSError, *DAMAGED):  # the reader of definitions says what is wrong
                found.append((Naming(org_id), Limits()))
        return tuple(found)

    def channels(self, org_id: OrgId) -> Channels:
        self._take_over()
        path = self._path(org_id)
        try:
            return channels_of(path.read_bytes())
        except FileNotFoundError:
            return Channels()
        except OSError as error:
            raise Unreadable(
                f"{str(path)!r} cannot be read for its channels: {(error.strerror or str(error)).lower()}"
            ) from error
        except DAMAGED as error:
            raise Unreadable(f"{str(path)!r} cannot be read for its channels; {MEND}") from error

    def stamp(self) -> Hashable:
        """The files' identities: each is replaced, never written over, so a new one has another number."""
        with suppress(Unreadable):
            self._take_over()
        return tuple((path.name, _identity(path)) for path in (*sorted(self._files()), self._before))

    def _unwritable(self, path: Path, error: OSError) -> Unavailable:
        return Unavailable(
            f"{str(path)!r} cannot be written: {(error.strerror or str(error)).lower()}; "
            "make room or give access, then run `inspect-pipelines apply` again"
        )

    def _path(self, org_id: OrgId) -> Path:
        return self._folder / f"{org_id}.json"

    def _files(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*.json") if SLUG.match(path.stem))

    def _take_over(self) -> None:
        """Move what a version with one organisation a home published to its organisation's place.

        Raises:
            Unreadable: It is damaged, or cannot be moved.
        """
        try:
            org_id = org_of(self._before.read_bytes())
            if not SLUG.match(org_id):
                raise ValueError(org_id)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            self._before.replace(self._path(org_id))
        except FileNotFoundError:
            return  # there is none, or another process was faster
        except OSError as error:
            raise Unreadable(
                f"{str(self._before)!r} cannot be moved to {str(self._folder)!r}: "
                f"{(error.strerror or str(error)).lower()}"
            ) from error
        except DAMAGED as error:
            raise Unreadable(f"{str(self._before)!r} is damaged; {MEND}") from error
        with suppress(OSError):  # a cut of power now leaves it at either place
            sync(self._folder)
            sync(self._folder.parent)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
