"""A browser that has just started may have drawn nothing yet; only one that never draws is unfit."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from resources.chromium import first_picture


class Page:
    """Stands for a page of a busy machine: it has drawn nothing for the first few pictures."""

    def __init__(self, blank: int) -> None:
        self.blank = blank
        self.waited_ms = 0.0

    def screenshot(self, **what: object) -> bytes:
        self.blank -= 1
        if self.blank >= 0:
            raise Error(
                "Page.screenshot: Protocol error (Page.captureScreenshot): Unable to capture screenshot"
            )
        return b"\x89PNG"

    def wait_for_timeout(self, ms: float) -> None:
        self.waited_ms += ms


def test_a_browser_that_has_drawn_nothing_yet_is_asked_again() -> None:
    """`doctor` called a machine unfit whose two cores had other work."""
    page = Page(blank=2)

    assert first_picture(page) == b"\x89PNG"  # type: ignore[arg-type]
    assert page.waited_ms == 1000


def test_one_that_never_draws_is_told() -> None:
    with pytest.raises(Error, match="Unable to capture"):
        first_picture(Page(blank=99))  # type: ignore[arg-type]
