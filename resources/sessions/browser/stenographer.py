"""The stenographer: a window in which a person clicks, and Playwright's own words for what they did, one JSON object an action."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from inspect_pipelines.domain.playbook import DESKTOP
from inspect_pipelines.errors import Unavailable
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.service import launched

PAGE_SECONDS = 60.0
TURN_MS = 200
LAST_MS = 400  # in which what was typed last is told
# Whether a click becomes a double one is waited for, so it is told after the page that it has brought up already.
LATE_SECONDS = 1.0
LEADING = ("click", "press", "check", "uncheck", "select", "fill")
# Playwright's recorder does not say of what kind a field is, so the page tells what was typed into a password field.
TELL_SECRETS = """addEventListener('input', (event) => {
  const field = event.composedPath()[0];
  if (field && field.type === 'password') window.inspectTyped(String(field.value));
}, true);"""


@dataclass(slots=True)
class Recording:
    """What was done so far.

    Attributes:
        lines: Each action in its last state.
        secrets: Every state of what was typed into password fields; never written anywhere.
    """

    lines: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)
    _led_to: str = ""  # a page that came up, until it is known what led there
    _led_at: float = float("-inf")

    def action_added(self, page: Page, action: Any, line: str) -> None:
        is_late = monotonic() - self._led_at <= LATE_SECONDS and json.loads(line).get("name") in LEADING
        if not is_late:
            self.settle()
        self.lines.append(line)
        self.settle()

    def action_updated(self, page: Page, action: Any, line: str) -> None:
        self.lines[-1:] = [line]

    def navigated(self, url: str) -> None:
        """The window shows another page: an action led there. Playwright tells it of some ways only."""
        self._led_to, self._led_at = url, monotonic()

    def settle(self) -> None:
        """Say of the last action where it led."""
        url, self._led_to = self._led_to, ""
        if not url or not self.lines:
            return
        action = json.loads(self.lines[-1])
        if action.get("name") in LEADING:
            action["signals"] = [*(action.get("signals") or ()), {"name": "navigation", "url": url}]
            self.lines[-1] = json.dumps(action)


@contextmanager
def stenographer(
    start: str, *, browser: Path, no_sandbox: bool, is_headed: bool = True
) -> Iterator[tuple[Page, Recording]]:
    """A window at an address, whose every action is kept from now on.

    Raises:
        SessionCrashed: The browser does not start.
        Unavailable: This Playwright records in another way.
    """
    gate = Gate(Borders((), start).names)  # beyond its own host the public internet only
    recording = Recording()
    with sync_playwright() as playwright:
        chromium = launched(playwright, browser, no_sandbox=no_sandbox, is_headed=is_headed)
        try:
            size: Any = {"width": DESKTOP.width, "height": DESKTOP.height}
            context = chromium.new_context(
                viewport=size, locale="en-US", timezone_id="UTC", proxy={"server": gate.start()}
            )
            context.expose_binding("inspectTyped", lambda _, text: recording.secrets.add(str(text)))
            context.add_init_script(TELL_SECRETS)
            page = context.new_page()
            main = page.main_frame
            page.on("framenavigated", lambda frame: recording.navigated(frame.url) if frame == main else None)
            _begin(context, recording)
            page.goto(start, timeout=PAGE_SECONDS * 1000)
            yield page, recording
            with suppress(Error):
                _end(context)
            recording.settle()
        finally:
            with suppress(Error):
                chromium.close()
            gate.close()


def until_closed(page: Page, *, is_over: Callable[[], bool] = lambda: False) -> None:
    """Wait until somebody closes the last window, or says that it is over."""
    context = page.context
    with suppress(Error):
        while context.pages and not is_over():
            context.pages[0].wait_for_timeout(TURN_MS)
    with suppress(Error):
        if context.pages:
            context.pages[0].wait_for_timeout(LAST_MS)


def _begin(context: BrowserContext, recording: Recording) -> None:
    """Playwright's recorder in its structured form, as `codegen --target=jsonl` writes it; it has no public name yet."""
    inner: Any = context
    try:
        inner._sync(inner._impl_obj._start_recording({"language": "jsonl"}, recording))
    except (AttributeError, TypeError) as error:
        raise Unavailable(
            "this Playwright does not record as ours does (1.65); install the version of requirements.lock"
        ) from error


def _end(context: BrowserContext) -> None:
    inner: Any = context
    inner._sync(inner._impl_obj._stop_recording())
