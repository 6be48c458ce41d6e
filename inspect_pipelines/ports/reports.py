"""One offline page a run."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from inspect_pipelines.domain.ids import RunId
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

    def is_written(self, run_id: RunId) -> bool: ...
    def url(self, run_id: RunId) -> str:
        """Where a person opens it, also before it is written: the path in a local folder, an address elsewhere."""
