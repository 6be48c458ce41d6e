"""Gestures, made on a page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from mimetypes import guess_type
from time import monotonic

from playwright.sync_api import ElementHandle, Error, FilePayload, Locator

from inspect_pipelines.domain.gesture import (
    Check,
    Click,
    DoubleClick,
    Download,
    Drag,
    Fill,
    Gesture,
    Hover,
    Press,
    Scroll,
    Select,
    Type,
    Uncheck,
    Upload,
)
from inspect_pipelines.domain.host import place_of
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.downloads import MOST_BYTES, downloaded
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, WaitedInVain
from resources.sessions.browser.navigation import glob, home_of
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import locate

Targeted = Click | DoubleClick | Hover | Check | Uncheck | Select | Drag | Upload | Download
TAKES_FILES = '(e) => (e.tagName === "LABEL" ? e.control : e)?.type === "file"'
SCROLL_PAGE = """({ to, by }) => { const e = document.scrollingElement ?? document.documentElement;
  const top = by !== null ? e.scrollTop + by : to === "bottom" ? e.scrollHeight : 0; scrollTo({ top, behavior: "instant" }); }"""
SCROLL_ELEMENT = """(e, { to, by }) => { const top = by !== null ? e.scrollTop + by : to === "bottom" ? e.scrollHeight : 0;
  e.scrollTo({ top, behavior: "instant" }); }"""


class Gestures:
    """Of one window."""

    def __init__(self, sight: Sight, secrets: Secrets, borders: Borders) -> None:
        self._sight = sight
        self._page = sight.page
        self._words = sight.words
        self._secrets = secrets
        self._borders = borders

    def make(self, action: Gesture, timeout_seconds: float) -> None:
        """Do it, and wait where it may lead to another page.

        Raises:
            Fault: It could not be done.
        """
        match action:
            case Click() | DoubleClick() | Hover() | Check() | Uncheck():
                self._point(action, timeout_seconds)
            case Fill():
                self.fill(action, timeout_seconds)
                return
            case Type():
                self.fill(action, timeout_seconds)
            case Press():
                self.press(action, timeout_seconds)
            case Select():
                options = [self._words.filled(option) for option in action.options]
                self._use(action, lambda it, ms: it.select_option(options, timeout=ms), timeout_seconds)
            case Drag():
                self._drag(action, timeout_seconds)
            case Scroll():
                self._scroll(action, timeout_seconds)
            case Upload():
                self._upload(action, timeout_seconds)
            case Download():
                self._download(action, timeout_seconds)
        self._sight.window.wait_for_navigation(timeout_seconds, after_input=True)

    def _use(self, action: Targeted, act: Callable[[Locator, float], object], timeout_seconds: float) -> None:
        self._sight.use(action.verb, action.target, act, timeout_seconds)

    def _point(self, action: Click | DoubleClick | Hover | Check | Uncheck, timeout_seconds: float) -> None:
        self._sight.window.uses_pointer()
        acts: dict[str, Callable[[Locator, float], None]] = {
            "click": lambda it, ms: it.click(timeout=ms),
            "dblclick": lambda it, ms: it.dblclick(timeout=ms),
            "hover": lambda it, ms: it.hover(timeout=ms),
            "check": lambda it, ms: it.check(timeout=ms),
            "uncheck": lambda it, ms: it.uncheck(timeout=ms),
        }
        self._use(action, acts[action.verb], timeout_seconds)

    def _drag(self, action: Drag, timeout_seconds: float) -> None:
        self._sight.window.uses_pointer()
        to = self._words.target(action.to)
        # what is wrong with the place it is dragged to is told of that place
        self._sight.use("drag to", action.to, lambda it, ms: it.wait_for(timeout=ms), timeout_seconds)
        self._use(action, lambda it, ms: it.drag_to(locate(self._page, to), timeout=ms), timeout_seconds)

    def _scroll(self, action: Scroll, timeout_seconds: float) -> None:
        how = {"to": action.to, "by": action.by_px}
        if action.target is None:
            self._page.evaluate(SCROLL_PAGE, how)
        elif action.to == "view":
            self._sight.use(
                "scroll to",
                action.target,
                lambda it, ms: it.scroll_into_view_if_needed(timeout=ms),
                timeout_seconds,
            )
        else:
            self._sight.use(
                "scroll",
                action.target,
                lambda it, ms: it.evaluate(SCROLL_ELEMENT, how, timeout=ms),
                timeout_seconds,
            )

    def _upload(self, action: Upload, timeout_seconds: float) -> None:
        files = [
            FilePayload(
                name=one.name,
                mimeType=guess_type(one.name)[0] or "application/octet-stream",
                buffer=base64.b64decode(one.content),
            )
            for one in action.files
        ]

        def upload(found: Locator, timeout_ms: float) -> None:
            element = found.element_handle(timeout=timeout_ms)
            self._check_home(element, "nothing was uploaded to a page of host")
            if not element.evaluate(TAKES_FILES):
                target = self._words.target(action.target)
                raise ActionFailed(f"upload {target}: could not be done: it is no field that takes files")
            found.set_input_files(files, timeout=timeout_ms)

        self._use(action, upload, timeout_seconds)

    def _download(self, action: Download, timeout_seconds: float) -> None:
        window = self._sight.window
        window.uses_pointer()
        give_up_at = monotonic() + timeout_seconds
        window.is_downloading = True
        try:
            came = downloaded(
                self._page,
                lambda: self._use(action, lambda it, ms: it.click(timeout=ms), timeout_seconds),
                give_up_at,
            )
        finally:
            window.is_downloading = False
        target = self._words.target(action.target)
        if not came.name:
            raise WaitedInVain(f"download {target}: no file was offered within {timeout_seconds:g} s")
        name = self._sight.shown(came.name)
        if came.is_large:
            raise ExpectationFailed(f"download {name!r} has more than {MOST_BYTES:,} bytes; it was cut")
        if came.state != "completed":
            how = (
                "was broken off" if came.state == "canceled" else f"did not end within {timeout_seconds:g} s"
            )
            raise ExpectationFailed(f"download {name!r} {how}, after {came.size:,} bytes")
        wanted = self._words.filled(action.file) if action.file is not None else None
        if wanted is not None and not glob(wanted).fullmatch(came.name):
            raise ExpectationFailed(f"expected a download called {wanted!r}, it is called {name!r}")
        most = MOST_BYTES if action.max_bytes is None else action.max_bytes
        if not action.min_bytes <= came.size <= most:
            raise ExpectationFailed(
                f"expected the download {name!r} to have {action.min_bytes:,} to {most:,} bytes, it has {came.size:,}"
            )

    def fill(self, action: Fill | Type, timeout_seconds: float) -> None:
        target = self._words.target(action.target)

        def fill_it(found: Locator, timeout_ms: float) -> None:
            give_up_at = monotonic() + timeout_ms / 1000
            element = found.element_handle(timeout=timeout_ms)
            self._check_home(element, "nothing was filled into a page of host")
            if self._words.holds_secret(action.value):
                self._check_told(element)
                if not self._secrets.elements:
                    self._sight.lookout.remember_painted()
                self._secrets.were_filled(target, element)
            began_at = monotonic()
            value = self._words.filled(action.value)  # a one-time code may be a while in coming
            left_ms = max(1.0, (give_up_at - began_at) * 1000)
            if isinstance(action, Fill):
                found.fill(value, timeout=left_ms)
            else:
                found.press_sequentially(value, timeout=left_ms)

        self._sight.use(action.verb, action.target, fill_it, timeout_seconds)

    def _check_told(self, element: ElementHandle) -> None:
        """A secret is for a host that somebody has named, not for whoever a page leads to."""
        home = home_of(element) or self._page.url
        if not self._borders.names(*place_of(home)):
            raise self._borders.refusal(home, came="no secret was typed into a page of host")

    def _check_home(self, element: ElementHandle, came: str) -> None:
        home = home_of(element) or self._page.url
        if not self._borders.allow(home):
            raise self._borders.refusal(home, came=came)

    def press(self, action: Press, timeout_seconds: float) -> None:
        key = self._words.filled(action.key)
        try:
            if action.target is None:
                self._page.keyboard.press(key)
                return
        except Error as error:
            self._sight.window.survived(error)
            raise ActionFailed(f"press {key!r}: there is no such key; write for example 'Enter'") from error
        self._sight.use(
            f"press {key!r} in", action.target, lambda it, ms: it.press(key, timeout=ms), timeout_seconds
        )
