"""Documents: each page that a browser is about to ask for, redirects, frames and popups included, is let go or refused first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Error

from resources.sessions.browser.borders import Borders


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    frame_id: str  # of DevTools
    url: str


class Documents:
    """Watches a whole browser between its making and `close`."""

    def __init__(self, browser: Browser, borders: Borders) -> None:
        self._borders = borders
        self._refused: list[RefusedDocument] = []
        self._devtools = browser.new_browser_cdp_session()
        self._devtools.on("Fetch.requestPaused", self._on_paused)
        self._devtools.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "resourceType": "Document"}]})

    def close(self) -> None:
        with suppress(Error):  # a browser that is gone holds nothing
            self._devtools.send("Fetch.disable")
            self._devtools.detach()

    def taken_refused(self) -> list[RefusedDocument]:
        """Those refused since the last time somebody asked, oldest first."""
        taken, self._refused = self._refused, []
        return taken

    def _on_paused(self, event: dict[str, Any]) -> None:
        url, request = event["request"]["url"], {"requestId": event["requestId"]}
        with suppress(Error):  # its frame went away meanwhile
            if self._borders.allow(url):
                self._devtools.send("Fetch.continueRequest", request)
                return
            self._refused.append(RefusedDocument(event.get("frameId", ""), url))
            # Aborted, the page that wanted to go there stays as it is, to be photographed.
            self._devtools.send("Fetch.failRequest", request | {"errorReason": "Aborted"})
