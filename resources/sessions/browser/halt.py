"""The halt: a deadline or a cancel ends what is being played, and leaves a teardown its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from resources.sessions.browser.faults import Halted
from resources.sessions.browser.watchdog import end_renderers


class Halt:
    """Asked for by a signal, at any moment, in the thread that plays."""

    def __init__(self) -> None:
        self.is_asked = False
        self._is_cutting = False

    def ask(self, *_: object) -> None:
        """End what a page is asked right now: its renderer goes, the browser with its cookies stays."""
        self.is_asked = True
        if self._is_cutting:
            end_renderers()

    @contextmanager
    def cutting(self) -> Iterator[None]:
        """What is played within the block ends as soon as a halt is asked for.

        Raises:
            Halted: It was.
        """
        self._is_cutting = True
        try:
            self.check()
            yield
        finally:
            self._is_cutting = False

    def check(self) -> None:
        """Raises Halted, once it was asked for."""
        if self.is_asked:
            raise Halted
