"""When a page is ready for its picture; whatever waiting is limited in time, and what was not waited for is told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import PageRules
from resources.sessions.browser.faults import ActionFailed
from resources.sessions.browser.navigation import origin_of
from resources.sessions.browser.scripts import (
    BROKEN,
    LIE_OF,
    SCROLL_PARTS,
    SCROLL_THROUGH,
    SETTLE,
)
from resources.sessions.browser.sockets import Sockets
from resources.sessions.browser.traffic import Pending
from resources.sessions.browser.window import Window
from resources.sessions.record import Record

QUIET_CAP_SECONDS = 5.0  # network quiet is a hint: many pages never are
OWN_CAP_SECONDS = 15.0  # what the page fetches from its own origin is what it is about
SETTLE_CAP_SECONDS = 10.0
NAMED_URLS = 5
MOST_SCROLLED_PX = 40_000  # an endless list would grow for ever
MOST_SCROLLS = 3  # through what came while it was scrolled; a list that ends is whole then, or long
CHAIN_CAP_SECONDS = 30.0  # what has come often asks for the next part: a chart's code, then its data
ENDLESS_CHAIN_SECONDS = 5.0  # where it came to no end before
REST_CAP_MS = 5000  # for the page to be idle with all its elements
RESTLESS_CAP_MS = 1000  # where it was not when it was looked at last
TRIES = 3
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
        self._is_chain_endless = False
        self._is_restless = False  # the page found no rest although it asked for nothing
        self._in_vain_seconds = 0.0  # that the last picture waited for what never came
        self.waited_seconds = 0.0  # for the last picture, until its page was ready; without our own scrolling

    def wait(self, shot: TakeScreenshot, timeout_seconds: float) -> None:
        """Return once the page is ready, or as ready as it gets.

        Raises:
            ActionFailed: A selector of `page.ready` was not visible in time.
        """
        window, page = self._window, self._window.page
        started_at = monotonic()
        self._in_vain_seconds = 0.0
        window.wait_for_navigation(timeout_seconds)
        for selector in self._rules.ready:
            self._wait_for(selector, shot, timeout_seconds)
        budget_ms = min(timeout_seconds, SETTLE_CAP_SECONDS) * 1000
        is_lively, height = ask(page, LIE_OF)
        begun = window.traffic.begun
        is_scrolled = is_lively and (shot.full_page or shot.element is not None) and shot.clip is None
        ours, reached, scrolls, give_up_at = 0.0, 0, 0, 0.0
        if shot.unroll and is_lively:
            ask(page, SCROLL_PARTS, list(shot.unroll))
        late: list[str] = []
        # What is long already is scrolled through as it is, and comes to its rest once, after that.
        if not (is_scrolled and height):
            late, height = self._settle(budget_ms, is_lively)
        for turn in range(MOST_SCROLLS + 1):
            if is_scrolled and scrolls < MOST_SCROLLS and reached < min(height, MOST_SCROLLED_PX):
                scrolls += 1
                began_at = monotonic()
                reached = ask(page, SCROLL_THROUGH, {"from": reached, "most": MOST_SCROLLED_PX})
                ours += monotonic() - began_at  # 40,000 px of it are no fault of the page
                late, height = self._settle(budget_ms, is_lively, late)
            elif turn:  # what came before there was anything to scroll through has its turn, too
                break
            give_up_at = give_up_at or monotonic() + self._most_seconds(timeout_seconds)
            # What came and went while the page settled counts too: its answer may not be shown yet.
            while self._wait_for_news(give_up_at, timeout_seconds, shot) or window.traffic.begun != begun:
                if monotonic() >= give_up_at:
                    self._tell_of_chain(self._most_seconds(timeout_seconds), shot)
                    break
                begun = window.traffic.begun
                late, height = self._settle(budget_ms, is_lively, late)
        if 0 < reached < min(height, MOST_SCROLLED_PX):
            self._tell_of_growth(shot)
        self._unready.update(late)
        if late:
            self._record.find(
                FindingKind.UNSTABLE,
                f"screenshot {shot.name!r} was taken before the page was ready: {'; '.join(late)}",
                url=window.url,
            )
        images, fonts = ask(page, BROKEN)
        for address in images:
            window.traffic.broken_image(address)
        window.traffic.broken_fonts(fonts)
        self.waited_seconds = monotonic() - started_at - ours - self._in_vain_seconds

    def _settle(
        self, budget_ms: float, is_lively: bool, before: Sequence[str] = ()
    ) -> tuple[list[str], float]:
        """What is not ready yet, after waiting for it, and the page's height, as LIE_OF has it; what was told before is not
        waited for again.

        Args:
            is_lively: Whether the page runs scripts; one that runs none cannot wait either, so we look again and again.
            before: What was waited for in vain for this picture.
        """
        page, known = self._window.page, [*self._unready, *before]
        late: list[str]
        height: float
        if is_lively:
            begun = self._window.traffic.begun
            rest_ms = min(RESTLESS_CAP_MS if self._is_restless else REST_CAP_MS, budget_ms)
            late, has_rested, height = ask(
                page, SETTLE, {"budget": budget_ms, "known": known, "rest": rest_ms}
            )
            self._is_restless = not has_rested and self._window.traffic.begun == begun
            self._in_vain_seconds += rest_ms / 1000 if self._is_restless else 0.0
            return late, height
        give_up_at = monotonic() + budget_ms / 1000
        while True:
            late, _, height = ask(page, SETTLE, {"budget": 0, "known": known, "rest": 0})
            page.wait_for_timeout(PAINTED_MS)
            if set(late) <= set(known) or monotonic() >= give_up_at:
                return late, height

    def _wait_for(self, selector: str, shot: TakeScreenshot, timeout_seconds: float) -> None:
        try:
            found = self._window.page.locator(selector).filter(visible=True).first
            found.wait_for(timeout=timeout_seconds * 1000)
        except TimedOut as error:
            raise ActionFailed(
                f"screenshot {shot.name!r} waits for {selector!r} (page.ready), which was not visible within {timeout_seconds:g} s"
            ) from error

    def _wait_for_news(self, give_up_at: float, timeout_seconds: float, shot: TakeScreenshot) -> bool:
        """Wait for the network to be quiet; whether something came that may change the page."""
        has_waited = self._wait_for_quiet(give_up_at, timeout_seconds, shot)
        has_heard = self._sockets.wait_for_silence()
        return has_waited or has_heard

    def _wait_for_quiet(self, give_up_at: float, timeout_seconds: float, shot: TakeScreenshot) -> bool:
        """Wait for what is being fetched, each request for a time of its own, longer if it goes to the page's own origin.

        A page that asks its server for news all the time is not slow: the time until that is given up was in vain.

        Returns:
            Whether something came that may change the page.
        """
        caps = {True: min(max(timeout_seconds, QUIET_CAP_SECONDS), OWN_CAP_SECONDS), False: QUIET_CAP_SECONDS}
        own = origin_of(self._window.url)
        began_at = last_came_at = monotonic()
        has_waited, before = False, 0
        while (pending := self._awaited()) and (now := monotonic()) < give_up_at:
            if len(pending) != before:
                before, last_came_at = len(pending), now
            for is_own, cap in caps.items():
                overdue = [
                    each
                    for each in pending
                    if (origin_of(each.url) == own) is is_own and now - max(each.since, began_at) >= cap
                ]
                self._endless.update(each.shape for each in overdue)
                if overdue:
                    self._tell_of_unrest([each.url for each in overdue], cap, shot)
            has_waited |= any(each.is_news for each in pending)
            self._window.page.wait_for_timeout(25)
        self._in_vain_seconds += monotonic() - last_came_at if self._endless else 0.0
        return has_waited

    def _awaited(self) -> list[Pending]:
        return [each for each in self._window.traffic.pending() if each.shape not in self._endless]

    def _most_seconds(self, timeout_seconds: float) -> float:
        """How long the whole chain may take, once the page has settled first."""
        if self._is_chain_endless:
            return ENDLESS_CHAIN_SECONDS
        return min(max(2 * timeout_seconds, OWN_CAP_SECONDS), CHAIN_CAP_SECONDS)

    def _tell_of_chain(self, seconds: float, shot: TakeScreenshot) -> None:
        if self._is_chain_endless:
            return
        self._is_chain_endless = True
        named = ", ".join(each.url for each in self._awaited()[:NAMED_URLS])
        self._record.find(
            FindingKind.NOT_QUIET,
            f"screenshot {shot.name!r} was taken after {seconds:g} s although the page went on asking its server for more"
            + (f": {named}" if named else ""),
            url=self._window.url,
        )

    def _tell_of_growth(self, shot: TakeScreenshot) -> None:
        self._record.find(
            FindingKind.TRUNCATED,
            f"screenshot {shot.name!r} shows the beginning of a page that grew each time its foot came in sight, {MOST_SCROLLS} "
            f"times; where it is cut may be another place next time: set full_page: false, or photograph an element",
            url=self._window.url,
        )

    def _tell_of_unrest(self, urls: Sequence[str], cap: float, shot: TakeScreenshot) -> None:
        named = ", ".join(urls[:NAMED_URLS])
        more = f" and {len(urls) - NAMED_URLS} more" if len(urls) > NAMED_URLS else ""
        self._record.find(
            FindingKind.NOT_QUIET,
            f"screenshot {shot.name!r} did not wait longer than {cap:g} s for {named}{more}",
            url=self._window.url,
        )


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
