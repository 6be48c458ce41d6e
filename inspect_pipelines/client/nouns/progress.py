"""What the API can do with progress. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Iterator

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.stream import Told


class Progress(Noun):
    """`client.progress`."""

    def of_run(self, run_id: str, *, last_event_id: str | None = None) -> Iterator[Told]:
        """What a run is doing, as server-sent events: `step` for each step that has ended, `run` when its state is another.

        `frame` says that its browser's window was looked at again, and when; the console shows it at `/runs/{id}/live`.

        It closes when the run has ended; whoever comes again with that event's id gets 204, which ends an EventSource.
        """
        return self._events(below("/runs/{run_id}/progress", run_id=run_id), last_event_id)

    def of_all(self, *, last_event_id: str | None = None) -> Iterator[Told]:
        """What all runs are doing, as server-sent events: `run` for each that is open now, and whenever one's state is another."""
        return self._events("/progress", last_event_id)
