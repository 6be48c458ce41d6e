"""The hold: a step that has failed stays on the screen until the person who writes the playbook has seen enough."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Error, Page

TURN_MS = 100  # in which the page lives on, so that it can be looked into


class Hold:
    """Let go by a signal, at any moment, in the thread that plays."""

    def __init__(self) -> None:
        self._is_held = False

    def take(self) -> None:
        """Begin it, before anybody is told what there is to see."""
        self._is_held = True

    def let_go(self, *_: object) -> None:
        self._is_held = False

    def wait(self, page: Page) -> None:
        """Until it is let go, or somebody closes the window."""
        with suppress(Error):
            while self._is_held:
                page.wait_for_timeout(TURN_MS)
