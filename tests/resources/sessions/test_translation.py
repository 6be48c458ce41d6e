"""What Playwright and Chromium say becomes a clause that people understand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from resources.sessions.browser.translation import in_words

MOVED_ON = (
    "the page left for another one, or loaded itself again, in the middle of it; wait for what it becomes"
)

NOT_AS_PAGES_DO = (
    "the page does not answer as pages do, so it may be none or have changed what scripts rely on"
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Page.evaluate: Execution context was destroyed, most likely because of a navigation", MOVED_ON),
        ("Locator.evaluate: Error: Page.evaluate: Frame was detached", MOVED_ON),
        ("Protocol error (Runtime.callFunctionOn): Cannot find context with specified id", MOVED_ON),
        ("Page.evaluate: Target crashed", "the page crashed its renderer (out of memory, or a defect of the browser)"),
        ("Page.wait_for_timeout: Target page, context or browser has been closed", "the page closed its own window"),
        ("Locator.click: Timeout 1500ms exceeded.\nCall log:\n  - waiting", "it did not come about within 1.5 s"),
        (
            "CDPSession.send: Protocol error (Page.captureScreenshot): Unable to capture screenshot",
            "Chromium could not do it: Unable to capture screenshot",
        ),
        ("Page.evaluate: TypeError: x is null\n    at eval", f"{NOT_AS_PAGES_DO} (TypeError: x is null)"),
        ("something new", "something new"),
        ("", "no reason given"),
    ],
)  # fmt: skip
def test_an_error_of_the_browser_is_told_in_words(said: str, words: str) -> None:
    """`screenshot: Page.evaluate: TypeError: Cannot read properties of null (reading 'scrollHeight')` said nothing."""
    assert in_words(Error(said)) == words
