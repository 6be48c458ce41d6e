"""One offline page a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import BinaryIO, Protocol

from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.report import Report


class Reports(Protocol):
    """One offline page a run."""

    def write(self, report: Report) -> None:
        """Render and store it atomically.

        Raises:
            Unavailable: There is no room for it, or no access.
        """

    def open(self, run_id: RunId) -> BinaryIO:
        """The page as a file that the caller closes.

        Raises:
            NotFound: None was written.
        """

    def let_go(
        self, kept: Mapping[RunId, Collection[Sha256]], sentence: str, *, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Put a sentence in the place of each picture that is not kept, in the pages of these runs; (pages, bytes) that changed.

        Args:
            kept: Which pictures stay in the page of each; a run without a page is passed over.
            sentence: Why the others are gone.
            is_dry_run: Only count.

        Raises:
            Unavailable: There is no room for a page, or no access; it is as it was, and those before it are done.
        """

    def is_written(self, run_id: RunId) -> bool: ...
    def url(self, run_id: RunId) -> str:
        """Where a person opens it, also before it is written: the path in a local folder, an address elsewhere."""
