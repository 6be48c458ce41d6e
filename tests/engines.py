"""An engine that is none."""

from __future__ import annotations

from inspect_pipelines.ports.engine import Launch


class RememberingEngine:
    """Launches nothing, remembers what it was asked to, and fails as a test wants."""

    def __init__(self) -> None:
        self.launches: list[Launch] = []
        self.failures: list[Exception] = []

    def launch(self, launch: Launch) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.launches.append(launch)
        return "d1"

    def close(self) -> None: ...
    def terminate(self, handle: str) -> None: ...
    def is_alive(self, handle: str) -> bool:
        return True
