"""Banners: what may come at any time and is closed, as `page.dismiss` says."""

from __future__ import annotations

from playwright.sync_api import Error

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.page_setting import Dismiss
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import locate

CLICK_SECONDS = 2.0
GONE_MS = 1000  # for its way out
MOST_PER_RULE = 5  # of one viewport: one that comes again and again is no banner that can be closed


class Banners:
    """Those of one window."""

    def __init__(self, rules: tuple[Dismiss, ...], sight: Sight) -> None:
        self._rules = rules
        self._sight = sight
        self._closed = [0] * len(rules)

    def close(self) -> bool:
        """Close what is there now, and tell so; whether anything was."""
        has_closed = False
        for number, rule in enumerate(self._rules):
            if self._closed[number] < MOST_PER_RULE and self._is_there(rule):
                self._closed[number] += 1
                has_closed |= self._close(rule)
        return has_closed

    def _is_there(self, rule: Dismiss) -> bool:
        page = self._sight.page
        try:
            return locate(page, self._sight.words.target(rule.when)).filter(visible=True).count() > 0
        except Error as error:
            self._sight.window.survived(error)
            return False

    def _close(self, rule: Dismiss) -> bool:
        words, page = self._sight.words, self._sight.page
        shown, click = words.target(rule.when), words.target(rule.click)
        self._sight.window.used_pointer()
        try:
            locate(page, click).filter(visible=True).first.click(timeout=CLICK_SECONDS * 1000)
            locate(page, shown).filter(visible=True).first.wait_for(state="hidden", timeout=GONE_MS)
        except Error as error:
            self._sight.window.survived(error)
            self._tell(f"{shown} was to be closed by a click on {click}, and is still there")
            return False
        self._tell(f"{shown} was closed by a click on {click}")
        return True

    def _tell(self, message: str) -> None:
        self._sight.record.find(FindingKind.DISMISSED, message, url=self._sight.window.url)
