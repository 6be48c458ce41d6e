"""Unrest: what keeps a page from standing still, by the selectors that a mask takes."""

from __future__ import annotations

from playwright.sync_api import Page

from resources.sessions.browser.frame import Frame
from resources.sessions.browser.readiness import ask
from resources.sessions.browser.scripts import ELEMENT_AT

MOST_NAMED = 3
WIDTH_ADVICE = "give the mask a width, hide it, or wait for it with page.ready"
ADVICE = "mask it, or wait for it with page.ready"


def told(page: Page, before: Frame, frame: Frame) -> str:
    """What changed between two frames and what to do: `span.clock keeps changing; mask it, or ..`."""
    named = [_element_at(page, frame, place) for place in frame.changed_places(before)]
    elements = list(dict.fromkeys(named))
    more = f" and {len(elements) - MOST_NAMED} more" if len(elements) > MOST_NAMED else ""
    shown = f"{', '.join(elements[:MOST_NAMED])}{more}"
    if frame.region != before.region:
        size = f"the size of the page ({before.region.height:g} px, then {frame.region.height:g} px)"
        return f"{size} keeps changing{f', and so does {shown}' if shown else ''}; {ADVICE}"
    if shown:
        return f"{shown} keeps changing; {ADVICE}"
    covered = [
        selector
        for selector, rects in frame.masks.by_selector.items()
        if rects != before.masks.by_selector.get(selector)
    ]
    masks = f"what mask {', '.join(map(repr, covered)) or 'of a secret'} covers"
    return f"{masks} keeps its place or size no more than a moment; {WIDTH_ADVICE}"


def _element_at(page: Page, frame: Frame, place: tuple[int, int, int, int]) -> str:
    """The smallest element around a part of the picture, as a selector."""
    left, top, right, bottom = (side / frame.scale for side in place)
    box = {"x": left + frame.region.x, "y": top + frame.region.y}
    path = ask(page, ELEMENT_AT, box | {"width": right - left, "height": bottom - top})
    return str(path) or "the page"
