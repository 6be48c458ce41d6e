"""An engine that remembers what it was asked, and fails or dies when a test says so."""

from __future__ import annotations

from inspect_pipelines.ports.engine import Launch


class RecordingEngine:
    def __init__(self, *failures: Exception) -> None:
        self.launches: list[Launch] = []
        self.failures = list(failures)  # of the next launches
        self.dead = False

    def launch(self, launch: Launch) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.launches.append(launch)
        return f"d{len(self.launches)}"

    def close(self) -> None: ...
    def terminate(self, handle: str) -> None: ...
    def is_alive(self, handle: str) -> bool:
        return not self.dead
