"""What the API can do with export. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun


class Export(Noun):
    """`client.export`."""

    def export(self) -> str:
        """All that the API made, as a schedules.yaml that `apply` takes over."""
        return self._text("/export")
