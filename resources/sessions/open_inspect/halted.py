"""Halted: nobody wants a session any more, or its time is over."""

from __future__ import annotations

from resources.sessions.wire import End


class Halted(Exception):
    """Raised where one waits.

    Args:
        end: How the session ends.
    """

    def __init__(self, end: End) -> None:
        super().__init__(end.error)
        self.end = end
