"""Headers of the playbook's own: sent to the hosts that it names, and taken off again where a redirect leads elsewhere."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, Error

from inspect_pipelines.domain.host import place_of
from resources.sessions.browser.borders import Borders


class Headers:
    """Watches every request of a browser between its making and `close`; costs nothing where there are none."""

    def __init__(self, browser: Browser, borders: Borders, headers: dict[str, str]) -> None:
        self._borders = borders
        self._headers = {name.lower(): (name, value) for name, value in headers.items()}
        self._devtools = browser.new_browser_cdp_session() if headers else None
        if self._devtools is not None:
            self._devtools.on("Fetch.requestPaused", self._on_paused)
            self._devtools.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    def close(self) -> None:
        if self._devtools is not None:
            with suppress(Error):  # a browser that is gone sends nothing
                self._devtools.send("Fetch.disable")
                self._devtools.detach()

    def _on_paused(self, event: dict[str, Any]) -> None:
        assert self._devtools is not None
        url, sent = event["request"]["url"], event["request"]["headers"]
        own = [(name, value) for name, value in sent.items() if name.lower() not in self._headers]
        # Chromium keeps what was added when it follows a redirect, so it is told the whole list each time.
        ours = [*self._headers.values()] if self._borders.names(*place_of(url)) else []
        headers = [{"name": name, "value": value} for name, value in (*own, *ours)]
        with suppress(Error):  # its frame went away meanwhile
            self._devtools.send(
                "Fetch.continueRequest", {"requestId": event["requestId"], "headers": headers}
            )
