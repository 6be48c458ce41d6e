"""What is run inside of pages; the files lie in page/, one function or script each."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files("resources.sessions.browser") / "page"


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")


HUSH = _read("hush")  # at the start of every document: what lets its picture go unnoticed
LIE_OF = _read("lie_of")  # whether a page runs scripts, and how high it is
SETTLE = _read("settle")  # fonts, images, aria-busy, skeletons, "Loading..": what is not ready yet
HOLD = _read("hold")  # at capture: animations, media and caret, until they are let go
HOLD_MARQUEE = _read("hold_marquee")  # at capture: what no script of a page reaches
ARRANGE = _read("arrange")  # at capture: what is hidden, and masks with a width
WITHHOLD = _read("withhold")  # at the start of every document whose pictures are arranged
STAND_AT = _read("stand_at")  # scroll the window without a sound
SCROLL_THROUGH = _read("scroll_through")  # so that lazy images load
SCROLL_PARTS = _read("scroll_parts")  # the same in what scrolls by itself
INNER_SCROLLERS = _read("inner_scrollers")  # parts that scroll by themselves
ELEMENTS = _read("elements")  # what stands where
ELEMENT_AT = _read("element_at")  # the smallest element around a box
MASK_BOXES = _read("mask_boxes")  # where masks are
DRAWN = _read("drawn")  # what a canvas shows, as a digest
SHOWN_AT = _read("shown_at")  # where a node shows
TEXT_OF = _read("text_of")  # what a person reads
CANDIDATES = _read("candidates")  # what there is instead of an element that was not found
BROKEN = _read("broken")  # images and fonts that cannot be shown
