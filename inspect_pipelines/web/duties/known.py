"""Keeps the sources of webhooks known in a process that only answers, where no intake does."""

from __future__ import annotations

from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.intake import REFRESH_EVERY_SECONDS
from inspect_pipelines.web.webhooks.known_sources import KnownSources


class Known(Duty):
    """Sources are known once it has started."""

    def __init__(self, sources: KnownSources) -> None:
        super().__init__("known", "webhooks", every_seconds=REFRESH_EVERY_SECONDS)
        self._sources = sources

    def prepare(self) -> None:
        self._sources.refresh()

    def turn(self) -> None:
        self._sources.refresh()

    def finding(self) -> str:
        return self._sources.problem
