"""One offline page a run."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.report import Report


class Reports(Protocol):
    """One offline page a run."""

    def path(self, run_id: RunId) -> Path: ...
    def write(self, report: Report) -> Path:
        """Render and store it atomically."""
