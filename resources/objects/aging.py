"""Objects named by their bytes, stored once by any number of machines, and deleted when they are old and nobody needs them.

Nobody holds a lock over machines, so age and a mark do what a folder's lock does. One that is stored again is written anew once
it is half as old as the youngest that is deleted. Whoever deletes one marks it before he looks at its age for the last time, and
whoever wrote an old one anew looks for the mark afterwards: one of the two sees the other.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.usecases.pictures.prune import YOUNGEST
from resources.objects.store import Meta, Objects

YOUNG = YOUNGEST / 2  # the rest is for clocks that differ and runs that take long
DOOMED = "doomed"
MARK_DIES_AFTER = timedelta(minutes=10)  # whoever left it is dead: a deletion takes a few requests
MARK_IS_AWAITED = 30.0  # seconds
POLL_SECONDS = 0.05


class Aging:
    """Of one bucket.

    Args:
        young_for: How old one may be when it is stored again, and is not written anew.
    """

    def __init__(self, objects: Objects, clock: Clock, young_for: timedelta = YOUNG) -> None:
        self._objects, self._clock, self._young_for = objects, clock, young_for

    def store(self, path: str, data: bytes, *, called: str) -> None:
        """Store it once; a known one costs a look, and is written anew when it is old or damaged.

        Args:
            called: The name by which it is marked.
        """
        known = self._objects.head(path)
        if known is None and self._objects.create(path, data):
            return
        if known is not None and not (self.is_young(known) and self._is_sound(known, data)):
            self.write_anew(path, data, called=called)

    def write_anew(self, path: str, data: bytes, *, called: str) -> None:
        """Make it young again, and see to it that nobody deletes it for the age that it had."""
        self._objects.replace(path, data)
        give_up_at = self._clock.monotonic() + MARK_IS_AWAITED
        while (mark := self._objects.head(_mark(called))) is not None and not self._is_dead(mark):
            if self._clock.monotonic() >= give_up_at:
                raise Unavailable(
                    f"{self._objects.url(path)!r} is being pruned, and that does not end; try again in ten minutes"
                )
            self._clock.sleep(POLL_SECONDS)
        if self._objects.head(path) is None:
            self._objects.create(path, data)

    def delete(self, path: str, *parts: str, called: str, older_than: datetime) -> bool:
        """Whether it was deleted; not when somebody stored it meanwhile, or somebody else is about it.

        Args:
            parts: What goes with it, and first: what a crash leaves is found again.
        """
        mark = _mark(called)
        if not self._objects.create(mark, b""):
            known = self._objects.head(mark)
            if known is not None and not self._is_dead(known):
                return False
            self._objects.replace(mark, b"")
        try:
            seen = self._objects.head(path)
            if seen is not None and seen.stored_at >= older_than:
                return False
            self._objects.delete(*parts, path)
            return True
        finally:
            self._objects.delete(mark)

    def is_young(self, known: Meta) -> bool:
        return self._clock.now() - known.stored_at < self._young_for

    def _is_sound(self, known: Meta, data: bytes) -> bool:
        """By its length and the storage's own checksum, where that is one that we can compute; else it is read."""
        if known.size_bytes != len(data):
            return False
        if known.tag == hashlib.md5(data, usedforsecurity=False).hexdigest():
            return True
        return self._objects.get(known.path) == data

    def _is_dead(self, mark: Meta) -> bool:
        return self._clock.now() - mark.stored_at > MARK_DIES_AFTER


def _mark(called: str) -> str:
    return f"{DOOMED}/{called}"
