"""Which view a picture of another tool is of, as far as its file's name and its width tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inspect_pipelines.domain.screenshot import View

Words = tuple[str, ...]
Widths = Mapping[View, int]  # device px of each view's viewport


def view_of(path: str, width: int, widths: Widths) -> View | str:
    """The view; where it is none, or may be several, why.

    Known are the names of Playwright (`home-1-chromium-linux.png`), BackstopJS (`site_Home_0_document_1_phone.png`), reg-suit (any path) and
    our own (`shop/home@desktop.png`): the words of the view's name stand in it, and those of its viewport, or else the width is the viewport's.

    Args:
        path: Below the folder of pictures, with slashes.
        width: Of the picture, px.
        widths: The views that may be meant.
    """
    words = words_of(path)
    named = {view: found for view in widths if (found := words_of(view.name)) and stands_in(found, words)}
    if not named:
        return "its name holds the name of no view"
    longest = max(len(found) for found in named.values())
    meant = {view for view, found in named.items() if len(found) == longest}
    by_name = {view for view in meant if stands_in(words_of(view.viewport), words)}
    by_width = {view for view in meant if widths[view] == width}
    for fitting in (by_name & by_width, by_name, by_width, meant):
        if len(fitting) == 1:
            return next(iter(fitting))
    return f"it may be {' or '.join(sorted(map(str, meant))[:4])}; say which with --map"


def words_of(text: str) -> Words:
    """What a name is made of, in lower case; `CheckoutPage-2` is checkout, page, 2."""
    apart = re.sub(
        r"(?<=[a-z])(?=[A-Z])", " ", text.rpartition(".")[0] if text.lower().endswith(".png") else text
    )
    return tuple(re.findall(r"[^\W_]+", apart.lower()))


def stands_in(part: Words, whole: Words) -> bool:
    """Whether these words stand in others, side by side."""
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))
