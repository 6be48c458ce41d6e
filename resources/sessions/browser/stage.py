"""The stage: a page held still for its picture, and let go as it was, without its scripts noticing.

Nothing is done to a page before: it is laid out, moves and scrolls as in any browser, so that what its scripts measure is
what they would measure there. (A style sheet that shortened every transition made JupyterLab lay itself out wrong.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Frame, JSHandle, Page

from inspect_pipelines.domain.playbook import FixedWidth
from resources.sessions.browser.readiness import ask
from resources.sessions.browser.scripts import ARRANGE, HOLD, STAND_AT

HUSH = "(by) => { dispatchEvent(new CustomEvent('inspect-pipelines:hush', { detail: by })) }"
WITHHOLD = "(by) => { dispatchEvent(new CustomEvent('inspect-pipelines:withhold', { detail: by })) }"
AFTER_MS = 50  # what the shutter caused is told to the page a frame later
TWO_FRAMES = "() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200) })"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a page is laid out for its picture, by CSS selectors.

    Attributes:
        hide: What takes no room and does not show.
        widths: What is as wide in every picture.
    """

    hide: tuple[str, ...] = ()
    widths: tuple[FixedWidth, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hide or self.widths)


AS_IT_IS = Arrangement()


@dataclass
class Arranged:
    """What the selectors met, in all frames; those of widths are masks, which are told of as such."""

    matched: set[str] = field(default_factory=set)
    invalid: set[str] = field(default_factory=set)


class Stage:
    """One page while a picture of it is taken."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._holds: list[JSHandle] = []
        self._arrangements: list[tuple[Frame, JSHandle]] = []

    @contextmanager
    def held(self, *, at_top: bool, arrangement: Arrangement = AS_IT_IS) -> Iterator[Arranged]:
        """Hold what moves, in all frames; its listeners hear nothing until the page is as it was.

        Args:
            at_top: Stand at the page's top meanwhile, where a picture of all of it has what sticks to the window.
            arrangement: How the page is laid out meanwhile.
        """
        ask(self._page, HUSH, 1)
        stood = ask(self._page, STAND_AT, [0, 0]) if at_top else None
        try:
            for frame in self._page.frames:
                with suppress(Error):  # a frame that went away meanwhile; the page itself is looked at next
                    self._holds.append(frame.evaluate_handle(HOLD))
            yield self._arrange(arrangement) if arrangement else Arranged()
        finally:
            with suppress(Error):  # a page that is gone has nothing to go back to
                self._let_go(stood)

    def hold_again(self) -> None:
        """Hold what has begun to move since."""
        for hold in self._holds:
            with suppress(Error):
                hold.evaluate("(hold) => hold.again()")

    def _arrange(self, arrangement: Arrangement) -> Arranged:
        arranged = Arranged()
        wanted: dict[str, Any] = {
            "hide": list(arrangement.hide),
            "widths": [[each.selector, each.width_px] for each in arrangement.widths],
        }
        for frame in self._page.frames:
            with suppress(Error):
                if frame is not self._page.main_frame:
                    frame.evaluate(HUSH, 1)
                frame.evaluate(WITHHOLD, 1)
                handle = frame.evaluate_handle(ARRANGE, wanted)
                self._arrangements.append((frame, handle))
                for selector, count in handle.evaluate("(done) => done.counts").items():
                    if count is None:
                        arranged.invalid.add(selector)
                    elif count:
                        arranged.matched.add(selector)
        return arranged

    def _let_go(self, stood: list[float] | None) -> None:
        for _, handle in self._arrangements:
            with suppress(Error):
                handle.evaluate("(done) => done.release()")
                handle.dispose()
        for hold in self._holds:
            with suppress(Error):
                hold.evaluate("(hold) => hold.release()")
                hold.dispose()
        self._holds.clear()
        if stood is not None:
            ask(self._page, STAND_AT, stood)
        self._page.wait_for_timeout(AFTER_MS)
        self._tell_again()
        ask(self._page, HUSH, -1)

    def _tell_again(self) -> None:
        """Let what watches sizes and places hear of what is still so, a frame after all is as it was."""
        for frame, _ in self._arrangements:
            with suppress(Error):
                frame.evaluate(TWO_FRAMES)
                frame.evaluate(WITHHOLD, -1)
                if frame is not self._page.main_frame:
                    frame.evaluate(HUSH, -1)
        self._arrangements.clear()
