"""The reloader tells a Dagster that others run of what was published; where `up` runs it, new servers are started instead."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from inspect_pipelines.ports.publication import Publication
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 1.0


class Reloader(Duty):
    """Once at the start, for nobody knows what was published before; then after each publication.

    What does not succeed is tried again, and told as trouble of the schedules until it does.

    Args:
        reload: Has Dagster load what is published now; raises an error of ours where it does not.
    """

    def __init__(
        self,
        publication: Publication,
        reload: Callable[[], None],
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        super().__init__("reloader", "schedules", every_seconds=every_seconds, stop_seconds=3.0)
        self._publication, self._reload = publication, reload
        self._loaded: Hashable = None

    def turn(self) -> None:
        now = self._publication.stamp()
        if now != self._loaded:
            self._reload()
            self._loaded = now
