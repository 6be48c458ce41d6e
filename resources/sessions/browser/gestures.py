"""Gestures, made on a page."""

from __future__ import annotations

from time import monotonic

from playwright.sync_api import Error, Locator

from inspect_pipelines.domain.gesture import Click, Fill, Press
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.faults import ActionFailed
from resources.sessions.browser.navigation import home_of
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.sight import Sight


class Gestures:
    """Of one window."""

    def __init__(self, sight: Sight, secrets: Secrets, borders: Borders) -> None:
        self._sight = sight
        self._page = sight.page
        self._words = sight.words
        self._secrets = secrets
        self._borders = borders

    def click(self, action: Click, timeout_seconds: float) -> None:
        self._sight.window.uses_pointer()
        self._sight.use("click", action.target, lambda it, ms: it.click(timeout=ms), timeout_seconds)
        self._sight.window.wait_for_navigation(timeout_seconds, after_input=True)

    def fill(self, action: Fill, timeout_seconds: float) -> None:
        value = self._words.filled(action.value)
        target = self._words.target(action.target)

        def fill_it(found: Locator, timeout_ms: float) -> None:
            give_up_at = monotonic() + timeout_ms / 1000
            element = found.element_handle(timeout=timeout_ms)
            home = home_of(element) or self._page.url
            if not self._borders.allow(home):
                raise self._borders.refusal(home, came="nothing was filled into a page of host")
            if self._words.holds_secret(action.value):
                if not self._secrets.elements:
                    self._sight.lookout.remember_painted()
                self._secrets.were_filled(target, element)
            found.fill(value, timeout=max(1.0, (give_up_at - monotonic()) * 1000))

        self._sight.use("fill", action.target, fill_it, timeout_seconds)

    def press(self, action: Press, timeout_seconds: float) -> None:
        key = self._words.filled(action.key)
        try:
            if action.target is None:
                self._page.keyboard.press(key)
                return
        except Error as error:
            self._sight.window.survived(error)
            raise ActionFailed(f"press {key!r}: there is no such key; write for example 'Enter'") from error
        self._sight.use(
            f"press {key!r} in", action.target, lambda it, ms: it.press(key, timeout=ms), timeout_seconds
        )
