"""Popups: windows and tabs that pages open beside the one that is played in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from playwright.sync_api import BrowserContext, Error, Page, Request

from inspect_pipelines.domain.finding import FindingKind
from resources.sessions.record import Record

NOWHERE = "about:blank"


class Popups:
    """Those of one viewport that nobody has followed or closed yet, oldest first."""

    def __init__(self, context: BrowserContext, record: Record) -> None:
        self._record = record
        self._open: list[Page] = []
        self._led_to: dict[Page, str] = {}  # before its first document is there, a window stands nowhere
        context.on("page", self._on_page)

    def close(self, *, url: str) -> None:
        """Close them, each a finding: nothing in it was looked at.

        Args:
            url: Of the page that is played in.
        """
        for popup in self._open:
            where = self._address(popup)
            with suppress(Error):  # it has closed itself meanwhile
                popup.close()
            self._record.find(
                FindingKind.POPUP,
                f"a new window, {where}, was closed again without being looked at; "
                "let `expect_popup` follow what opens it",
                url=url,
            )
        self._open.clear()
        self._led_to.clear()

    def disown(self, page: Page) -> None:
        """It is none: we have opened it ourselves."""
        self._open = [popup for popup in self._open if popup is not page]

    def taken(self, seconds: float, wait: Callable[[], None]) -> Page | None:
        """The newest one that is still open, which is the caller's from now on; None: there is none in time.

        Args:
            seconds: How long to wait for one.
            wait: Lets a moment pass in which the browser is heard.
        """
        give_up_at = monotonic() + seconds
        while True:
            self._open = [popup for popup in self._open if not popup.is_closed()]
            if self._open:
                return self._open.pop()
            if monotonic() >= give_up_at:
                return None
            wait()

    def _address(self, popup: Page) -> str:
        stands = popup.url if popup.url and popup.url != NOWHERE else ""
        return stands or self._led_to.get(popup) or NOWHERE

    def _on_page(self, popup: Page) -> None:
        def led(request: Request) -> None:
            with suppress(Error):
                if request.is_navigation_request():
                    self._led_to.setdefault(popup, request.url)

        self._open.append(popup)
        popup.on("request", led)
