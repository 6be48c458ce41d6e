"""A control plane that may answer another time."""

from __future__ import annotations

from inspect_pipelines.errors import Unavailable


class Busy(Unavailable):
    """Not now, or not as a control plane would.

    Args:
        retry_after_seconds: How long it wants peace; None: it does not say.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
