"""What Playwright and Chromium say, in the words of people who know neither."""

from __future__ import annotations

import re

from playwright.sync_api import Error

CALLED = re.compile(r"^(?:Error: )?(?:[A-Z]\w+\.\w+: )+")  # `Page.evaluate: `, `CDPSession.send: `
TIMED_OUT = re.compile(r"Timeout (\d+)ms exceeded")
PROTOCOL = re.compile(r"^Protocol error \([\w.]+\): ")
SCRIPT = re.compile(r"^(?:\w*Error): ")
MOVED_ON = (
    "context was destroyed",
    "Cannot find context",
    "Cannot find default execution context",
    "navigating and changing the content",
    "interrupted by another navigation",
    "rame was detached",
    "rame got detached",
    "No frame with given id",
    "uniqueContextId not found",
)


def in_words(error: Error) -> str:
    """One clause that says what happened to the page."""
    text = CALLED.sub("", error.message.strip().partition("\n")[0]) or "no reason given"
    if any(sign in text for sign in MOVED_ON):
        return "the page left for another one, or loaded itself again, in the middle of it; wait for what it becomes"
    if "Target crashed" in text:
        return "the page crashed its renderer (out of memory, or a defect of the browser)"
    if "has been closed" in text:
        return "the page closed its own window"
    if waited := TIMED_OUT.search(text):
        return f"it did not come about within {int(waited[1]) / 1000:g} s"
    if PROTOCOL.search(text):
        return f"Chromium could not do it: {PROTOCOL.sub('', text)}"
    if SCRIPT.search(text):
        return f"the page does not answer as pages do, so it may be none or have changed what scripts rely on ({text})"
    return text


def thrown(error: Error) -> str:
    """What a script of the playbook's own has thrown, as it says it itself."""
    text = CALLED.sub("", error.message.strip().partition("\n")[0])
    return text if SCRIPT.search(text) else in_words(error)
