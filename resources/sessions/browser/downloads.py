"""Downloads: a file that a step asks for, kept for as long as it is looked at; of every other one nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Page

MOST_BYTES = 50_000_000  # then it is cut
POLL_MS = 50


@dataclass(slots=True)
class Downloaded:
    """What came of it.

    Attributes:
        name: As the site calls it; empty: nothing was offered.
        size: Bytes that have come.
        state: inProgress, completed or canceled, as DevTools says.
    """

    name: str = ""
    size: int = 0
    state: str = ""
    guid: str = ""

    @property
    def is_large(self) -> bool:
        return self.size > MOST_BYTES


def downloaded(page: Page, act: Callable[[], None], give_up_at: float) -> Downloaded:
    """What `act` makes the page download, until it is there, or too large, or its time is over."""
    browser = page.context.browser
    assert browser is not None  # only persistent contexts have none
    own = page.context.new_cdp_session(page)
    context = own.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    own.detach()
    devtools = browser.new_browser_cdp_session()
    found = Downloaded()

    def on_begin(event: dict[str, Any]) -> None:
        if not found.guid:
            found.guid, found.name, found.state = event["guid"], event["suggestedFilename"], "inProgress"

    def on_progress(event: dict[str, Any]) -> None:
        if event["guid"] == found.guid:
            found.size, found.state = round(max(event["receivedBytes"], 0)), event["state"]
            if found.state == "inProgress":
                found.size = max(
                    found.size, round(event["totalBytes"]) if event["totalBytes"] > MOST_BYTES else 0
                )

    devtools.on("Browser.downloadWillBegin", on_begin)
    devtools.on("Browser.downloadProgress", on_progress)
    behavior = {"behavior": "deny", "browserContextId": context, "eventsEnabled": False}
    with TemporaryDirectory(prefix="download-") as folder:
        allowed = {"behavior": "allowAndName", "downloadPath": folder, "eventsEnabled": True}
        devtools.send("Browser.setDownloadBehavior", behavior | allowed)
        try:
            act()
            while found.state in ("", "inProgress") and not found.is_large and monotonic() < give_up_at:
                page.wait_for_timeout(POLL_MS)
        finally:
            with suppress(Error):  # a browser that is gone downloads nothing
                if found.state == "inProgress":
                    devtools.send("Browser.cancelDownload", {"guid": found.guid, "browserContextId": context})
                devtools.send("Browser.setDownloadBehavior", behavior)
                devtools.detach()
    return found
