"""When a page is ready for its picture; whatever waiting is limited in time, and what was not waited for is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import PageRules, TakeScreenshot
from resources.sessions.browser.faults import ActionFailed
from resources.sessions.browser.navigation import origin_of
from resources.sessions.browser.scripts import (
    BROKEN_FONTS,
    BROKEN_IMAGES,
    RUNS_SCRIPTS,
    SCROLL_THROUGH,
    SETTLE,
)
from resources.sessions.browser.sockets import Sockets
from resources.sessions.browser.window import Window
from resources.sessions.record import Record

QUIET_CAP_SECONDS = 5.0  # network quiet is a hint: many pages never are
OWN_CAP_SECONDS = 15.0  # what the page fetches from its own origin is what it is about
SETTLE_CAP_SECONDS = 10.0
NAMED_URLS = 5
MOST_SCROLLED_PX = 40_000  # an endless list would grow for ever
TRIES = 3
LINKS = 4  # of a chain: what has come often asks for the next part (a chart's code, then its data)
NUMBERS = re.compile(r"\d+")
MOVED_ON_MS = 2000  # for another document to come
PAINTED_MS = 200  # from a change to its picture on the screen


class Readiness:
    """Waits for one viewport's page; remembers what never ends, so that it costs its cap only once."""

    def __init__(self, window: Window, rules: PageRules, record: Record) -> None:
        self._window = window
        self._rules = rules
        self._record = record
        self._sockets = Sockets(window.page)
        self._endless: set[str] = set()  # addresses, as `shape` has them
        self._unready: set[str] = set()  # what was told as not ready
        self.waited_seconds = 0.0  # for the last picture, until its page was ready; without our own scrolling

    def wait(self, shot: TakeScreenshot, timeout_seconds: float) -> None:
        """Return once the page is ready, or as ready as it gets.

        Raises:
            ActionFailed: A selector of `page.ready` was not visible in time.
        """
        window, page = self._window, self._window.page
        started_at = monotonic()
        window.wait_for_navigation(timeout_seconds)
        for selector in self._rules.ready:
            self._wait_for(selector, shot, timeout_seconds)
        budget_ms = min(timeout_seconds, SETTLE_CAP_SECONDS) * 1000
        is_lively = runs_scripts(page)
        late = self._settle(budget_ms, is_lively)
        ours = 0.0
        if is_lively and shot.full_page and shot.clip is None and self._is_long():
            began_at = monotonic()
            ask(page, SCROLL_THROUGH, {"most": MOST_SCROLLED_PX})
            ours = monotonic() - began_at  # 40,000 px of it are no fault of the page
            late = self._settle(budget_ms, is_lively)
        in_vain = 0.0
        for _ in range(LINKS):
            begun = window.traffic.begun
            has_waited, for_nothing = self._wait_for_quiet(started_at, timeout_seconds, shot)
            in_vain += for_nothing
            if not self._sockets.wait_for_silence() and not has_waited:
                break
            late = self._settle(budget_ms, is_lively)  # what came is shown now
            if window.traffic.begun == begun:
                break
        self._unready.update(late)
        if late:
            self._record.find(
                FindingKind.UNSTABLE,
                f"screenshot {shot.name!r} was taken before the page was ready: {'; '.join(late)}",
                url=window.url,
            )
        for address in ask(page, BROKEN_IMAGES):
            window.traffic.broken_image(address)
        for family in ask(page, BROKEN_FONTS):
            window.traffic.broken_font(family)
        self.waited_seconds = monotonic() - started_at - ours - in_vain

    def _settle(self, budget_ms: float, is_lively: bool) -> list[str]:
        """What is not ready yet, after waiting for it; what was told before is not waited for again.

        Args:
            is_lively: Whether the page runs scripts; one that runs none cannot wait either, so we look again and again.
        """
        page, known = self._window.page, [*self._unready]
        late: list[str]
        if is_lively:
            late = ask(page, SETTLE, {"budget": budget_ms, "known": known})
            return late
        give_up_at = monotonic() + budget_ms / 1000
        while True:
            late = ask(page, SETTLE, {"budget": 0, "known": known})
            page.wait_for_timeout(PAINTED_MS)
            if set(late) <= self._unready or monotonic() >= give_up_at:
                return late

    def _wait_for(self, selector: str, shot: TakeScreenshot, timeout_seconds: float) -> None:
        try:
            found = self._window.page.locator(selector).filter(visible=True).first
            found.wait_for(timeout=timeout_seconds * 1000)
        except TimedOut as error:
            raise ActionFailed(
                f"screenshot {shot.name!r} waits for {selector!r} (page.ready), which was not visible within {timeout_seconds:g} s"
            ) from error

    def _is_long(self) -> bool:
        return bool(
            ask(self._window.page, "() => (document.documentElement?.scrollHeight ?? 0) > innerHeight + 1")
        )

    def _wait_for_quiet(
        self, since: float, timeout_seconds: float, shot: TakeScreenshot
    ) -> tuple[bool, float]:
        """Wait for what is being fetched, longer for what comes from the page's own origin.

        Returns:
            Whether there was anything, and for how many seconds it was only what never came: a page that asks its
            server for news all the time is not slow.
        """
        caps = {True: min(max(timeout_seconds, QUIET_CAP_SECONDS), OWN_CAP_SECONDS), False: QUIET_CAP_SECONDS}
        own = origin_of(self._window.url)
        has_waited, last_came_at, before = False, monotonic(), 0
        while pending := [
            url for url in self._window.traffic.pending_urls() if shape(url) not in self._endless
        ]:
            if len(pending) != before:
                before, last_came_at = len(pending), monotonic()
            waited = monotonic() - since
            for is_own, cap in caps.items():
                overdue = [url for url in pending if (origin_of(url) == own) is is_own and waited >= cap]
                self._endless.update(map(shape, overdue))
                if overdue:
                    self._tell_of_unrest(overdue, cap, shot)
            has_waited = True
            self._window.page.wait_for_timeout(25)
        return has_waited, monotonic() - last_came_at if self._endless else 0.0

    def _tell_of_unrest(self, urls: Sequence[str], cap: float, shot: TakeScreenshot) -> None:
        named = ", ".join(urls[:NAMED_URLS])
        more = f" and {len(urls) - NAMED_URLS} more" if len(urls) > NAMED_URLS else ""
        self._record.find(
            FindingKind.NOT_QUIET,
            f"screenshot {shot.name!r} did not wait longer than {cap:g} s for {named}{more}",
            url=self._window.url,
        )


def shape(url: str) -> str:
    """An address without its numbers: a page that asks for news asks at another address each time."""
    return NUMBERS.sub("#", url)


def runs_scripts(page: Page) -> bool:
    """Whether the page may run scripts: not where its server says `Content-Security-Policy: sandbox`."""
    return bool(ask(page, RUNS_SCRIPTS))


def ask(page: Page, script: str, argument: Any = None) -> Any:
    """The script's answer; asked again when the page moved on to another document meanwhile."""
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            return page.evaluate(script, argument)
        except Error as error:
            moved_on = "context was destroyed" in error.message or "navigat" in error.message
            if last or not moved_on:
                raise
            with suppress(TimedOut):
                page.wait_for_load_state("domcontentloaded", timeout=MOVED_ON_MS)
    raise AssertionError("unreachable")
