"""Room: how many at once may do what takes a process or a connection for a while."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import InspectError


class NoRoom(InspectError):
    """As many as may are at it already."""


class Room:
    """Counts in this process, which is the only one of its home that answers.

    Args:
        what: They do, `queries are answered`.
        each: The most of one organisation.
        altogether: The most of all; None: no bound beside that.
    """

    def __init__(self, what: str, *, each: int, altogether: int | None = None) -> None:
        self._what, self._each, self._altogether = what, each, altogether
        self._taken: Counter[OrgId] = Counter()
        self._lock = Lock()

    def take(self, org_id: OrgId) -> None:
        """Take a place; whoever does gives it back.

        Raises:
            NoRoom: All are taken.
        """
        with self._lock:
            if self._taken[org_id] >= self._each:
                raise NoRoom(
                    f"{self._each} {self._what} for your organisation now, which is all at once; try again when one has ended"
                )
            if self._altogether is not None and self._taken.total() >= self._altogether:
                raise NoRoom(
                    f"{self._altogether} {self._what} on this server now, which is all at once; try again in a few seconds"
                )
            self._taken[org_id] += 1

    def give_back(self, org_id: OrgId) -> None:
        with self._lock:
            self._taken[org_id] -= 1
