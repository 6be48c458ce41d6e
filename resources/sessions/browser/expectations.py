"""Expectations, looked at on a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Error

from inspect_pipelines.domain.expectation import ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.playbook import When
from inspect_pipelines.domain.target import Target
from resources.sessions.browser.faults import ExpectationFailed
from resources.sessions.browser.navigation import as_written, glob, joined_to
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import WHOLE_PAGE, locate, squeezed, text_of

NO_VALUES = ("", "false")


class Expectations:
    """Of one window; each method returns when it holds.

    Raises:
        ExpectationFailed: It does not, in its time.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._page = sight.page
        self._words = sight.words

    def text(self, action: ExpectText, timeout_seconds: float) -> None:
        wanted = squeezed(
            self._words.filled(action.equals if action.equals is not None else action.contains or "")
        )
        target = self._words.target(action.target) if action.target else WHOLE_PAGE
        found = locate(self._page, target)

        def holds() -> tuple[bool, str]:
            text = squeezed(text_of(found))
            return (text == wanted if action.equals is not None else wanted in text), text

        how = "be" if action.equals is not None else "contain"
        place = f"text of {target}" if action.target else "text of the page"
        self._sight.until(
            holds,
            timeout_seconds,
            lambda text: f"expected the {place} to {how} {wanted!r}, found {text!r}",
            target,
        )

    def visible(self, action: ExpectVisible, timeout_seconds: float) -> None:
        target = self._words.target(action.target)
        found = locate(self._page, target).filter(visible=True).first
        try:
            found.wait_for(timeout=timeout_seconds * 1000)
        except Error as error:
            self._sight.window.survived(error)
            why = self._sight.why_not(target, error)
            raise ExpectationFailed(
                f"expected {target} to be visible within {timeout_seconds:g} s: {why}"
            ) from error

    def url(self, action: ExpectUrl, timeout_seconds: float) -> None:
        pattern = self._words.filled(action.pattern)
        self._sight.until(
            lambda: (self._is_at(pattern), self._page.url),
            timeout_seconds,
            lambda url: f"expected the address to match {pattern!r}, it is {url!r}",
        )

    def unmet(self, when: When) -> str | None:
        """Why a step is not played, as a clause; None: it is."""
        if when.variable is not None:
            value = self._words.values.get(when.variable, "")
            is_so = value == when.equals if when.equals is not None else value not in NO_VALUES
            if not is_so:
                wanted = f"is not {when.equals!r}" if when.equals is not None else "has no value"
                return f"{when.variable!r} {wanted}"
        looks: list[tuple[Callable[[], bool], str]] = []
        if when.url is not None:
            pattern = self._words.filled(when.url)
            looks.append((lambda: self._is_at(pattern), f"the address does not match {pattern!r}"))
        if when.visible is not None:
            shown = self._words.target(when.visible)
            looks.append((lambda: self._shows(shown), f"{shown} is not visible"))
        if when.hidden is not None:
            gone = self._words.target(when.hidden)
            looks.append((lambda: not self._shows(gone), f"{gone} is visible"))
        return next(
            (otherwise for look, otherwise in looks if not self._comes(look, when.within_seconds)), None
        )

    def _comes(self, look: Callable[[], bool], within_seconds: float) -> bool:
        try:
            self._sight.until(lambda: (look(), ""), within_seconds, lambda _: "")
        except ExpectationFailed:
            return False
        return True

    def _shows(self, target: Target) -> bool:
        return locate(self._page, target).filter(visible=True).count() > 0

    def _is_at(self, pattern: str) -> bool:
        url = self._page.url
        whole = joined_to(self._words.base_url, pattern) if pattern.startswith("/") else pattern
        bare = urlsplit(url)._replace(query="", fragment="").geturl()
        shown = [spelling for each in (url, bare) for spelling in (each, as_written(each))]
        return any(glob(whole).fullmatch(each) for each in shown)
