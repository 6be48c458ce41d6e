"""Expectations, looked at on a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Error, expect

from inspect_pipelines.domain.expectation import (
    ExpectAria,
    Expectation,
    ExpectCount,
    ExpectHidden,
    ExpectResponse,
    ExpectText,
    ExpectTitle,
    ExpectUrl,
    ExpectValue,
    ExpectVisible,
)
from inspect_pipelines.domain.playbook import When
from inspect_pipelines.domain.target import Target
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed
from resources.sessions.browser.navigation import as_written, glob, joined_to
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import PROBE_MS, WHOLE_PAGE, locate, squeezed, text_of
from resources.sessions.browser.translation import in_words

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

    def check(self, action: Expectation, timeout_seconds: float) -> None:
        """Return once it holds."""
        match action:
            case ExpectText():
                self.text(action, timeout_seconds)
            case ExpectVisible():
                self.visible(action, timeout_seconds)
            case ExpectHidden():
                self.hidden(action, timeout_seconds)
            case ExpectCount():
                self.count(action, timeout_seconds)
            case ExpectUrl():
                self.url(action, timeout_seconds)
            case ExpectValue():
                self.value(action, timeout_seconds)
            case ExpectTitle():
                self.title(action, timeout_seconds)
            case ExpectResponse():
                self.response(action, timeout_seconds)
            case ExpectAria():
                self.aria(action, timeout_seconds)

    def text(self, action: ExpectText, timeout_seconds: float) -> None:
        wanted = self._wanted(action)
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

    def hidden(self, action: ExpectHidden, timeout_seconds: float) -> None:
        target = self._words.target(action.target)
        self._sight.until(
            lambda: (not self._shows(target), ""),
            timeout_seconds,
            lambda _: f"expected {target} to be hidden, it is visible",
        )

    def count(self, action: ExpectCount, timeout_seconds: float) -> None:
        target = self._words.target(action.target)
        most = "" if action.most is None else f"at most {action.most}"
        least = f"at least {action.least}" if action.least else ""
        wanted = (
            f"{action.least}" if action.least == action.most else " and ".join(filter(None, (least, most)))
        )

        def holds() -> tuple[bool, str]:
            count = locate(self._page, target).count()
            return action.least <= count <= (count if action.most is None else action.most), str(count)

        self._sight.until(
            holds, timeout_seconds, lambda seen: f"expected {wanted} of {target}, found {seen}", target
        )

    def value(self, action: ExpectValue, timeout_seconds: float) -> None:
        wanted, target = self._wanted(action), self._words.target(action.target)

        def holds() -> tuple[bool, str]:
            value = squeezed(locate(self._page, target).input_value(timeout=PROBE_MS))
            return (value == wanted if action.equals is not None else wanted in value), value

        how = "be" if action.equals is not None else "contain"
        self._sight.until(
            holds,
            timeout_seconds,
            lambda seen: f"expected the value of {target} to {how} {wanted!r}, it is {seen!r}",
            target,
            "a value",
        )

    def title(self, action: ExpectTitle, timeout_seconds: float) -> None:
        wanted = self._wanted(action)

        def holds() -> tuple[bool, str]:
            title = squeezed(self._page.title())
            return (title == wanted if action.equals is not None else wanted in title), title

        how = "be" if action.equals is not None else "contain"
        self._sight.until(
            holds,
            timeout_seconds,
            lambda seen: f"expected the page's title to {how} {wanted!r}, it is {seen!r}",
        )

    def response(self, action: ExpectResponse, timeout_seconds: float) -> None:
        pattern = self._words.filled(action.url)
        wanted = f"answer {action.status}" if action.status is not None else "be answered below 400"
        method = f"{action.method} " if action.method else ""

        def holds() -> tuple[bool, str]:
            fitting = [
                one
                for one in self._sight.window.traffic.answers
                if self._fits(pattern, one.url) and action.method in (None, one.method)
            ]
            ok = any(
                one.status == action.status if action.status is not None else one.status < 400
                for one in fitting
            )
            return ok, ", ".join(dict.fromkeys(str(one.status) for one in fitting))

        def sentence(seen: str) -> str:
            came = f"it answered {seen}" if seen else "nothing like it was answered since the step began"
            return f"expected {method}{pattern!r} to {wanted}, {came}"

        self._sight.until(holds, timeout_seconds, sentence)

    def aria(self, action: ExpectAria, timeout_seconds: float) -> None:
        target = self._words.target(action.target) if action.target else WHOLE_PAGE
        found = locate(self._page, target)
        wanted = self._words.filled(action.snapshot)
        of = str(target) if action.target else "the page"
        try:
            expect(found).to_match_aria_snapshot(wanted, timeout=timeout_seconds * 1000)
        except AssertionError as error:
            try:
                seen = found.aria_snapshot(timeout=PROBE_MS)
            except Error as problem:
                self._sight.window.survived(problem)
                why = self._sight.why_not(target, problem)
                raise ExpectationFailed(
                    f"expected an outline of {of} within {timeout_seconds:g} s: {why}"
                ) from error
            first = first_missing(wanted, seen)
            raise ExpectationFailed(
                f"expected the outline of {of} to have {self._sight.shown(first)!r} within {timeout_seconds:g} s; "
                f"it is {self._sight.shown(squeezed(seen))!r}"
            ) from error
        except Error as error:
            self._sight.window.survived(error)
            raise ActionFailed(f"expect_aria: the snapshot cannot be read: {in_words(error)}") from error

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

    def _wanted(self, action: ExpectText | ExpectValue | ExpectTitle) -> str:
        return squeezed(
            self._words.filled(action.equals if action.equals is not None else action.contains or "")
        )

    def _is_at(self, pattern: str) -> bool:
        return self._fits(pattern, self._page.url)

    def _fits(self, pattern: str, url: str) -> bool:
        whole = joined_to(self._words.base_url, pattern) if pattern.startswith("/") else pattern
        bare = urlsplit(url)._replace(query="", fragment="").geturl()
        shown = [spelling for each in (url, bare) for spelling in (each, as_written(each))]
        return any(glob(whole).fullmatch(each) for each in shown)


def first_missing(wanted: str, seen: str) -> str:
    """The first line of a snapshot that is not in another one, where one is; else its first line."""
    there = {line.strip() for line in seen.splitlines()}
    lines = [line.strip() for line in wanted.splitlines() if line.strip()]
    return next((line for line in lines if line not in there), lines[0] if lines else "")
