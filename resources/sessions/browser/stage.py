"""The stage: a page held still for its picture, and let go as it was, without its scripts noticing.

Nothing is done to a page before: it is laid out, moves and scrolls as in any browser, so that what its scripts measure is
what they would measure there. (A style sheet that shortened every transition made JupyterLab lay itself out wrong.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Page

from inspect_pipelines.domain.action import FixedWidth
from resources.sessions.browser.marquees import held_marquees
from resources.sessions.browser.panes import Panes, World
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
        style: CSS of the playbook's own.
        unroll: What scrolls by itself and is as long as what is in it.
    """

    hide: tuple[str, ...] = ()
    widths: tuple[FixedWidth, ...] = ()
    style: str = ""
    unroll: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hide or self.widths or self.style or self.unroll)


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
        self._panes = Panes(page)
        self._holds: list[tuple[World, str]] = []
        self._marquees: list[tuple[World, str]] = []
        self._arrangements: list[tuple[World, str]] = []
        self.is_held = False

    @contextmanager
    def held(self, *, at_top: bool, arrangement: Arrangement = AS_IT_IS) -> Iterator[Arranged]:
        """Hold what moves, in all frames; its listeners hear nothing until the page is as it was.

        Args:
            at_top: Stand at the page's top meanwhile, where a picture of all of it has what sticks to the window.
            arrangement: How the page is laid out meanwhile.
        """
        self.is_held = True
        waits, stood = ask(self._page, STAND_AT, {"to": [0, 0] if at_top else None, "before": 1})
        try:
            for world in self._panes.worlds():
                with suppress(Error):  # a frame that went away meanwhile; the page itself is looked at next
                    self._holds.append((world, world.made(HOLD)))
            for world in self._page_worlds():
                self._marquees += [(world, made) for made in held_marquees(world)]
            yield self._arrange(arrangement) if arrangement else Arranged()
        finally:
            with suppress(Error):  # a page that is gone has nothing to go back to
                self._let_go(stood if at_top else None, waits)
            self.is_held = False

    def ask(self, function: str, argument: Any) -> Any:
        """What a JavaScript function answers in the page's own document while it is held, where no script of the page reaches it."""
        for world in self._page_worlds():
            return world.answer(function, argument)
        return ask(self._page, function, argument)  # it could not be held

    def _page_worlds(self) -> list[World]:
        """Of the page's own document; none where that could not be held."""
        return [world for world, _ in self._holds if world.is_page]

    def hold_again(self) -> None:
        """Hold what has begun to move since."""
        for world, hold in self._holds:
            with suppress(Error):
                world.call(hold, "again")

    def _arrange(self, arrangement: Arrangement) -> Arranged:
        arranged = Arranged()
        wanted: dict[str, Any] = {
            "hide": list(arrangement.hide),
            "style": arrangement.style,
            "unroll": list(arrangement.unroll),
            "widths": [[each.selector, each.width_px] for each in arrangement.widths],
        }
        for world, _ in self._holds:
            with suppress(Error):
                if not world.is_page:
                    world.ask(HUSH, 1)
                world.ask(WITHHOLD, 1)
                made = world.made(ARRANGE, wanted)
                self._arrangements.append((world, made))
                for selector, count in world.read(made, "counts").items():
                    if count is None:
                        arranged.invalid.add(selector)
                    elif count:
                        arranged.matched.add(selector)
        return arranged

    def _let_go(self, stood: list[float] | None, waits: bool) -> None:
        for world, made in (*self._arrangements, *self._marquees, *self._holds):
            with suppress(Error):
                world.call(made, "release")
                world.devtools.send("Runtime.releaseObject", {"objectId": made})
        self._holds.clear()
        self._marquees.clear()
        if waits and not self._arrangements:
            ask(self._page, STAND_AT, {"to": stood, "rest": AFTER_MS, "after": -1})
            return
        if stood is not None:
            ask(self._page, STAND_AT, {"to": stood})
        self._page.wait_for_timeout(AFTER_MS)
        self._tell_again(waits)
        ask(self._page, HUSH, -1)

    def _tell_again(self, waits: bool) -> None:
        """Let what watches sizes and places hear of what is still so, a frame after all is as it was."""
        if self._arrangements and waits:
            ask(self._page, TWO_FRAMES)
        for world, _ in self._arrangements:
            with suppress(Error):
                world.ask(WITHHOLD, -1)
                if not world.is_page:
                    world.ask(HUSH, -1)
        self._arrangements.clear()
