"""Sight: looking at a page until something is so, and saying why an element could not be used."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from playwright.sync_api import Error, Locator
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.target import Target
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, WaitedInVain
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.targets import locate, why_not
from resources.sessions.browser.window import Window
from resources.sessions.browser.words import Words
from resources.sessions.record import Record

POLL_MS = 100
SHOWN = 120  # characters of a text in a message


class Sight:
    """Of one window."""

    def __init__(self, window: Window, words: Words, lookout: Lookout, record: Record) -> None:
        self.window = window
        self.page = window.page
        self.words = words
        self.lookout = lookout
        self.record = record

    def until(
        self,
        holds: Callable[[], tuple[bool, str]],
        timeout_seconds: float,
        sentence: Callable[[str], str],
        target: Target | None = None,
        what: str = "a text",
    ) -> None:
        """Look again until it holds.

        Args:
            target: What `holds` looks at; placeholders filled.
            what: Is looked for in it.

        Raises:
            ExpectationFailed: It did not in time, with what was seen last.
        """
        give_up_at = monotonic() + timeout_seconds
        while True:
            problem: Error | None = None
            seen = ""
            try:
                is_so, seen = holds()
                if is_so:
                    return
            except Error as error:
                self.window.survived(error)
                problem = error
            if monotonic() >= give_up_at:
                break
            self.page.wait_for_timeout(POLL_MS)
        if problem is not None and target is not None:
            raise ExpectationFailed(
                f"expected {what} in {target} within {timeout_seconds:g} s: {self.why_not(target, problem)}"
            ) from problem
        raise ExpectationFailed(f"{sentence(self.shown(seen))} after {timeout_seconds:g} s")

    def shown(self, seen: str) -> str:
        """A text of the page for people, without secrets, cut."""
        return self.record.shortened(self.lookout.hidden(seen, self.lookout.parts()), SHOWN)

    def use(
        self, verb: str, target: Target, act: Callable[[Locator, float], object], timeout_seconds: float
    ) -> None:
        """Do something with the one element that a target means.

        Args:
            act: Is given the element and how many milliseconds it may take.
        """
        target = self.words.target(target)
        try:
            act(locate(self.page, target), timeout_seconds * 1000)
        except Error as error:
            self.window.survived(error)
            is_late = isinstance(error, TimedOut)
            waited, kind = (f" within {timeout_seconds:g} s", WaitedInVain) if is_late else ("", ActionFailed)
            raise kind(
                f"{verb} {target}: could not be done{waited}: {self.why_not(target, error)}"
            ) from error

    def why_not(self, target: Target, error: Error) -> str:
        """The clause that says why an element, whose placeholders are filled, could not be used."""
        parts = self.lookout.parts()
        return why_not(self.page, target, error, lambda text: self.lookout.hidden(text, parts))
