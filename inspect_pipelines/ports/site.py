"""A site that somebody wants to be watched, as far as looking round it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from inspect_pipelines.domain.crawl import Banner, Link


class Visited(Protocol):
    """A page as it was found."""

    @property
    def url(self) -> str:
        """Where it led to."""

    @property
    def status(self) -> int: ...
    @property
    def links(self) -> Sequence[Link]: ...
    @property
    def banner(self) -> Banner | None:
        """What lies over it and speaks of cookies."""


class Site(Protocol):
    """Opens pages; nothing is clicked, filled or sent."""

    def visit(self, url: str) -> Visited | str:
        """The page; where none came up, why."""

    def text(self, url: str) -> tuple[int, str]:
        """Status and text of what is no page; 0 when nothing answered."""
