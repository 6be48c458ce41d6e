"""Blind spots: what a picture does not show, told with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from resources.sessions.browser.frame import Frame
from resources.sessions.browser.masks import covered_ratio
from resources.sessions.browser.page_masks import PageMasks
from resources.sessions.browser.scripts import INNER_SCROLLERS
from resources.sessions.browser.stage import Arranged
from resources.sessions.browser.window import Window
from resources.sessions.record import Record

LARGE_MASK = 0.30  # share of the view
LARGE_SCROLLER = 0.40  # share of the window, of a part that scrolls by itself


class BlindSpots:
    """Finds them for one window.

    Args:
        ask: A JavaScript function and its argument to what the page's document answers.
    """

    def __init__(
        self, window: Window, record: Record, page_masks: PageMasks, ask: Callable[[str, Any], Any]
    ) -> None:
        self._ask = ask
        self._window = window
        self._record = record
        self._page_masks = page_masks

    def tell(
        self,
        shot: TakeScreenshot,
        frame: Frame,
        *,
        of_page: Collection[str],
        picture_size: tuple[int, int],
        page_size: tuple[int, int],
    ) -> None:
        """A finding for each: masks, what is cut off, what lies below the fold of a part that scrolls by itself.

        Args:
            of_page: The masks of all pages; that they match nothing on one is told when they did on none.
            picture_size: Width and height in px.
            page_size: In CSS px.
        """
        self._page_masks.note("mask", set(of_page) - set(frame.masks.invalid), frame.masks.unmatched)
        self._tell_of_masks(shot, frame, of_page, picture_size)
        if shot.full_page and shot.clip is None and shot.element is None:
            self._tell_of_truncation(shot, frame, page_size)
            self._tell_of_inner_scrollers(shot)

    def tell_of_hiding(
        self, shot: TakeScreenshot, hidden: Sequence[str], arranged: Arranged, *, of_page: Collection[str]
    ) -> None:
        """A finding for each selector that hides or unrolls nothing; of the page's, when they hide nothing anywhere."""
        for selector in shot.unroll:
            if selector not in arranged.matched:
                what = "is not a CSS selector" if selector in arranged.invalid else "matches nothing"
                message = f"unroll {selector!r} of screenshot {shot.name!r} {what}"
                self._find(FindingKind.MASK_UNMATCHED, message)
        unmatched = [each for each in hidden if each not in arranged.matched | arranged.invalid]
        self._page_masks.note("hide", set(of_page) - arranged.invalid, unmatched)
        for selector in (*sorted(arranged.invalid & set(hidden)), *unmatched):
            owner = "of the playbook's page" if selector in of_page else f"of screenshot {shot.name!r}"
            if selector in arranged.invalid:
                self._find(FindingKind.MASK_UNMATCHED, f"hide {selector!r} {owner} is not a CSS selector")
            elif selector not in of_page:
                self._find(FindingKind.MASK_UNMATCHED, f"hide {selector!r} {owner} matches nothing")

    def _find(self, kind: FindingKind, message: str) -> None:
        self._record.find(kind, message, url=self._window.url)

    def _tell_of_masks(
        self, shot: TakeScreenshot, frame: Frame, of_page: Collection[str], picture_size: tuple[int, int]
    ) -> None:
        for selector in frame.masks.invalid:
            owner = "of the playbook's page" if selector in of_page else f"of screenshot {shot.name!r}"
            self._find(FindingKind.MASK_UNMATCHED, f"mask {selector!r} {owner} is not a CSS selector")
        for selector in frame.masks.unmatched:
            if selector not in of_page:
                self._find(
                    FindingKind.MASK_UNMATCHED,
                    f"mask {selector!r} of screenshot {shot.name!r} matches nothing",
                )
        if frame.masks.painted:
            self._tell_of_painted(shot, frame.masks.painted)
        rects = [rect for found in frame.masks.by_selector.values() for rect in found]
        ratio = covered_ratio([box for rect in rects if (box := frame.place(rect))], *picture_size)
        if ratio > LARGE_MASK and not shot.allow_large:
            self._find(
                FindingKind.MASK_LARGE,
                f"masks cover {ratio:.0%} of screenshot {shot.name!r}; over {LARGE_MASK:.0%} little is left to compare: "
                f"mask less, or say allow_large: true",
            )

    def _tell_of_painted(self, shot: TakeScreenshot, painted: frozenset[str]) -> None:
        covered = ", ".join(sorted(painted & {"canvas", "video"}))
        shown = ", ".join(sorted(painted - {"canvas", "video"}))
        clauses = [f"{covered} is covered"] if covered else []
        clauses += (
            [f"{shown} shows a picture of its own making, in which nothing is found: mask it"]
            if shown
            else []
        )
        self._find(
            FindingKind.MASK_UNMATCHED,
            f"screenshot {shot.name!r} shows a page that a secret was filled into and that paints since: "
            f"{'; '.join(clauses)}",
        )

    def _tell_of_truncation(self, shot: TakeScreenshot, frame: Frame, page_size: tuple[int, int]) -> None:
        region, (width, height) = frame.region, page_size
        if width > region.width or height > region.height:
            self._find(
                FindingKind.TRUNCATED,
                f"screenshot {shot.name!r} shows the first {region.width:g} x {region.height:g} px of a page of "
                f"{width} x {height} px; photograph the rest with `clip`, or set full_page: false",
            )

    def _tell_of_inner_scrollers(self, shot: TakeScreenshot) -> None:
        for path, shown, whole in self._ask(INNER_SCROLLERS, {"least": LARGE_SCROLLER}):
            self._find(
                FindingKind.TRUNCATED,
                f"screenshot {shot.name!r} shows {shown} of {whole} px of {path}, which scrolls by itself; lay it "
                f"out whole with unroll: {path!r}, or set full_page: false",
            )
