"""What is run inside of pages; the files lie in page/, one function or script each."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files("resources.sessions.browser") / "page"


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")


CALM = _read("calm")  # at the start of every document: animations and caret off
SETTLE = _read("settle")  # fonts, images, aria-busy: what is not ready yet
FREEZE = _read("freeze")  # at capture: running animations to their end
SCROLL_THROUGH = _read("scroll_through")  # so that lazy images load
ELEMENTS = _read("elements")  # what stands where
ELEMENT_AT = _read("element_at")  # the smallest element around a box
MASK_BOXES = _read("mask_boxes")  # where masks and secrets are
CANDIDATES = _read("candidates")  # what there is instead of an element that was not found
BROKEN_IMAGES = _read("broken_images")
