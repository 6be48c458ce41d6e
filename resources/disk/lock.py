"""Locks between the processes of one machine: flock on a file, which the kernel lets go of however its holder ends.

Plain descriptors, not the package filelock that comes with Dagster: a lock is handed to a child process (workers, the
daemon), a forked child closes its copy and leaves the parent's (the history's lease), writers share one (the gallery),
and who only looks makes no file. See DECISIONS, "Locks are plain flock".
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inspect_pipelines.errors import Refused


def take_lock(
    path: Path, *, is_shared: bool = False, waits: bool = False, is_made: bool = True
) -> int | None:
    """A descriptor that holds the file's lock until it is closed in every process that has it; None: another has it.

    Args:
        path: In a folder that exists.
        is_shared: Others may hold it so too, but nobody alone.
        waits: For as long as another has it, so that there is always a descriptor.
        is_made: Make the file when it is not there.

    Raises:
        OSError: The file cannot be opened, or is not there and not to be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if is_made else 0), 0o600)
    try:
        fcntl.flock(
            descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB)
        )
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def waiting_for(path: Path, *, is_shared: bool = False) -> Iterator[None]:
    """Hold the file's lock for a block, however long another has it before.

    Raises:
        OSError: As `take_lock`.
    """
    descriptor = take_lock(path, is_shared=is_shared, waits=True)
    assert descriptor is not None  # it waited
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(path: Path, refusal: Callable[[], str]) -> Iterator[None]:
    """Hold the file's lock for a block, or go away.

    Raises:
        Refused: Another has it; says what `refusal` says then.
    """
    descriptor = take_lock(path)
    if descriptor is None:
        raise Refused(refusal())
    try:
        yield
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether a process holds it now, this one included; a file that is not there is not locked."""
    try:
        descriptor = take_lock(path, is_shared=True, is_made=False)
    except OSError:
        return False
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
