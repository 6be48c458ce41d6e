"""The stage: a page held still for its picture, and let go as it was, without its scripts noticing.

Nothing is done to a page before: it is laid out, moves and scrolls as in any browser, so that what its scripts measure is
what they would measure there. (A style sheet that shortened every transition made JupyterLab lay itself out wrong.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Error, JSHandle, Page

from resources.sessions.browser.readiness import ask
from resources.sessions.browser.scripts import HOLD, STAND_AT

HUSH = "(by) => { dispatchEvent(new CustomEvent('inspect-pipelines:hush', { detail: by })) }"
AFTER_MS = 50  # what the shutter caused is told to the page a frame later


class Stage:
    """One page while a picture of it is taken."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._holds: list[JSHandle] = []

    @contextmanager
    def held(self, *, at_top: bool) -> Iterator[None]:
        """Hold what moves, in all frames; its listeners hear nothing until the page is as it was.

        Args:
            at_top: Stand at the page's top meanwhile, where a picture of all of it has what sticks to the window.
        """
        ask(self._page, HUSH, 1)
        stood = ask(self._page, STAND_AT, [0, 0]) if at_top else None
        try:
            for frame in self._page.frames:
                with suppress(Error):  # a frame that went away meanwhile; the page itself is looked at next
                    self._holds.append(frame.evaluate_handle(HOLD))
            yield
        finally:
            with suppress(Error):  # a page that is gone has nothing to go back to
                self._let_go(stood)

    def hold_again(self) -> None:
        """Hold what has begun to move since."""
        for hold in self._holds:
            with suppress(Error):
                hold.evaluate("(hold) => hold.again()")

    def _let_go(self, stood: list[float] | None) -> None:
        for hold in self._holds:
            with suppress(Error):
                hold.evaluate("(hold) => hold.release()")
                hold.dispose()
        self._holds.clear()
        if stood is not None:
            ask(self._page, STAND_AT, stood)
        self._page.wait_for_timeout(AFTER_MS)
        ask(self._page, HUSH, -1)
