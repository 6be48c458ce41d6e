"""Publications: copies of the live file, made by a child process and put in place by rename; a large one by what is new."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from inspect_pipelines.errors import Unavailable
from resources.disk.atomic import UNFINISHED, sync, write_atomically
from resources.history.places import Places
from resources.history.schema import VERSION
from resources.history.spares import Spare

PAUSE_SECONDS = 0.08  # between two calls of `meanwhile`, as between the owner's looks at the journal


@dataclass(frozen=True, slots=True)
class Publication:
    """What the copies hold."""

    seq: int  # all journal rows up to it
    published_at: str  # RFC 3339, UTC
    cost_seconds: float
    schema: int = 4  # of the tables; notes up to 4 do not say it
    epoch: str = ""  # of the ledger whose rows they are; empty: published before there were any
    mark: str | None = None  # of the row `seq`


def newest(places: Places) -> Publication | None:
    """The newest publication of this program's tables.

    None before the first one, or when its files are gone or not those that were published.
    """
    try:
        note = json.loads(places.published_note.read_text(encoding="utf-8"))
        files = note.pop("files", None)
        if files is not None and files != files_of(places):
            return None  # an older one was put in their place
        found = Publication(**note)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    if not (places.snapshot.exists() and places.published.exists()):
        return None
    return found if found.schema == VERSION else None


def publish(
    places: Places, publication: Publication, *, meanwhile: Callable[[], object] = lambda: None
) -> int:
    """Copy what is new in the live file, which must be checkpointed and stay as it is until `meanwhile` is called.

    Args:
        places: Of the history.
        publication: What is in it.
        meanwhile: Called again and again once the live file is copied, while disks take their time with the copies.

    Returns:
        The bytes that were written.

    Raises:
        Unavailable: The disk is full; the last publication stays.
    """
    last = newest(places)
    if last is None:
        distrust(places)
    snapshot, published = _spares(places)
    copy, written = _made(places.live, snapshot)
    meanwhile()
    _put_in_place(copy, snapshot, meanwhile)
    if last is not None:  # who reads now, while people's copy is made, finds what was there before, and more
        write_note(places, last)
    # DuckDB would replay the changes that a person made to the last copy over the new one
    Path(f"{places.published}.wal").unlink(missing_ok=True)
    copy, more = _made(places.snapshot, published, meanwhile)
    _put_in_place(copy, published, meanwhile)
    write_note(places, publication)
    return written + more


def distrust(places: Places) -> None:
    """Have the next publication made of the live file as a whole, whatever is there."""
    for spare in _spares(places):
        spare.drop()


def _spares(places: Places) -> tuple[Spare, Spare]:
    return Spare(places.snapshot, places.folder), Spare(places.published, places.folder)


def write_note(places: Places, publication: Publication) -> None:
    # not awaited: a note that a power cut takes away costs one more publication
    note = json.dumps({**asdict(publication), "files": files_of(places)})
    write_atomically(places.published_note, note, mode=0o644, is_durable=False)


def files_of(places: Places) -> list[int]:
    """What tells the snapshot from another one; people may write to the published copy."""
    found = places.snapshot.stat()
    return [found.st_size, found.st_mtime_ns]


def sweep(places: Places) -> None:
    """Delete the half-made copies that a killed owner left behind."""
    for target in (places.published, places.snapshot, places.published_note, places.live):
        for pattern in (f"{target.name}.*.new", f".{target.name}.*{UNFINISHED}"):
            for leftover in target.parent.glob(pattern):
                leftover.unlink(missing_ok=True)


NUMBERS = count(1)


def _new_name(target: Path) -> Path:
    # a name of its own a try: the `cp` of a killed owner may still be writing to the last one
    return target.with_name(f"{target.name}.{os.getpid()}-{next(NUMBERS)}.new")


def replace_by_copy(source: Path, target: Path) -> None:
    new = _copied(source, target)
    _synced(new, target)
    new.replace(target)
    sync(target.parent)


def _made(source: Path, spare: Spare, meanwhile: Callable[[], object] | None = None) -> tuple[Path, int]:
    """What is to be put in place of the spare's target, and the bytes written: what is new, else a whole copy."""
    try:
        written = spare.patched(source)
    except OSError as error:
        raise _not_published(spare.target, error.strerror or str(error)) from error
    if written is not None:
        return spare.path, written
    new = _copied(source, spare.target, meanwhile)
    return new, new.stat().st_size


def _copied(source: Path, target: Path, meanwhile: Callable[[], object] | None = None) -> Path:
    """A copy beside the target; a child makes it, since our closing of any descriptor of the live file would drop DuckDB's lock."""
    new = _new_name(target)
    _done_by_child(["cp", "--reflink=auto", "--", str(source), str(new)], new, target, meanwhile)
    return new


def _put_in_place(new: Path, spare: Spare, meanwhile: Callable[[], object]) -> None:
    _synced(new, spare.target, meanwhile)
    spare.put(new)
    sync(spare.target.parent)


def _synced(new: Path, target: Path, meanwhile: Callable[[], object] | None = None) -> None:
    _done_by_child(["sync", "--", str(new)], new, target, meanwhile)


def _done_by_child(
    command: list[str], new: Path, target: Path, meanwhile: Callable[[], object] | None
) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:
        while meanwhile is not None:
            try:
                child.wait(PAUSE_SECONDS)
            except subprocess.TimeoutExpired:
                meanwhile()
            else:
                break
        _, words = child.communicate()
    if child.returncode != 0:
        new.unlink(missing_ok=True)
        raise _not_published(target, words.strip())


def _not_published(target: Path, why: str) -> Unavailable:
    return Unavailable(
        f"the run history cannot be published as {str(target)!r}: {why}; "
        "the last publication stays as it is: make room on the disk and try again"
    )
