"""Actions: one verb of a playbook, done on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import Error, Locator
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.template import fill, fill_address, placeholders
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, NavigationFailed, WaitedInVain
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.navigation import (
    address,
    as_written,
    glob,
    goto,
    home_of,
    joined_to,
    unexpected_status,
)
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.targets import WHOLE_PAGE, locate, squeezed, text_of, why_not
from resources.sessions.browser.window import Window
from resources.sessions.record import Record

POLL_MS = 100
SHOWN = 120  # characters of a text in a message


class Actions:
    """Plays actions in one window; `values` are all variables, secrets resolved, `secret_names` those that are secret."""

    def __init__(
        self,
        window: Window,
        camera: Camera,
        playbook: Playbook,
        *,
        values: Mapping[str, str],
        secret_names: frozenset[str],
        secrets: Secrets,
        lookout: Lookout,
        record: Record,
        borders: Borders,
        base_url: str,
    ) -> None:
        self._window = window
        self._page = window.page
        self._camera = camera
        self._playbook = playbook
        self._values = values
        self._secret_names = secret_names
        self._secrets = secrets
        self._lookout = lookout
        self._record = record
        self._borders = borders
        self._base_url = base_url

    def perform(self, action: Action, timeout_seconds: float) -> None:
        """Do it, or raise why it could not be done.

        Raises:
            Fault: An action or an expectation failed; the site's doing.
        """
        match action:
            case Goto():
                self._goto(action, timeout_seconds)
            case Click():
                self._window.uses_pointer()
                self._use("click", action.target, lambda it, ms: it.click(timeout=ms), timeout_seconds)
                self._window.wait_for_navigation(timeout_seconds, after_input=True)
            case Fill():
                self._fill(action, timeout_seconds)
            case Press():
                self._press(action, timeout_seconds)
                self._window.wait_for_navigation(timeout_seconds, after_input=True)
            case WaitFor():
                self._wait_for(action, action.timeout_seconds or timeout_seconds)
            case ExpectText():
                self._expect_text(action, timeout_seconds)
            case ExpectVisible():
                self._expect_visible(action, timeout_seconds)
            case ExpectUrl():
                self._expect_url(action, timeout_seconds)
            case ExpectPopup():
                self._window.arrive(timeout_seconds)
                self._expect_url(ExpectUrl(action.pattern), timeout_seconds)
            case TakeScreenshot():
                shot = self._camera.take(action, self._playbook.id, timeout_seconds, self._filled)
                self._record.tell(shot)

    def _goto(self, action: Goto, timeout_seconds: float) -> None:
        url = address(self._address_filled(action.url), self._base_url)
        if not self._borders.allow(url):
            raise self._borders.refusal(url, came=f"goto {url!r} was not followed to host")
        self._borders.opens(url)
        self._window.traffic.answered, self._window.traffic.expects_status = (
            None,
            action.expect_status is not None,
        )
        try:
            goto(self._page, url, self._window.gate, timeout_seconds=timeout_seconds)
        except NavigationFailed:
            self._window.check_strayed()  # it was led on to where it may not go
            # Chromium shows a page of its own when an error has none; the status is what was asked for.
            if action.expect_status is None or self._window.traffic.answered != action.expect_status:
                raise
        finally:
            self._window.traffic.expects_status = False
        if action.expect_status not in (None, self._window.traffic.answered):
            raise ExpectationFailed(
                unexpected_status(url, action.expect_status, self._window.traffic.answered)
            )

    def _fill(self, action: Fill, timeout_seconds: float) -> None:
        value = self._filled(action.value)
        target = self._target(action.target)

        def fill_it(found: Locator, timeout_ms: float) -> None:
            give_up_at = monotonic() + timeout_ms / 1000
            element = found.element_handle(timeout=timeout_ms)
            home = home_of(element) or self._page.url
            if not self._borders.allow(home):
                raise self._borders.refusal(home, came="nothing was filled into a page of host")
            if self._holds_secret(action.value):
                if not self._secrets.elements:
                    self._lookout.remember_painted()
                self._secrets.were_filled(target, element)
            found.fill(value, timeout=max(1.0, (give_up_at - monotonic()) * 1000))

        self._use("fill", action.target, fill_it, timeout_seconds)

    def _press(self, action: Press, timeout_seconds: float) -> None:
        key = self._filled(action.key)
        try:
            if action.target is None:
                self._page.keyboard.press(key)
                return
        except Error as error:
            self._window.survived(error)
            raise ActionFailed(f"press {key!r}: there is no such key; write for example 'Enter'") from error
        self._use(
            f"press {key!r} in", action.target, lambda it, ms: it.press(key, timeout=ms), timeout_seconds
        )

    def _wait_for(self, action: WaitFor, timeout_seconds: float) -> None:
        target = self._target(action.target)
        found = locate(self._page, target)
        if action.state in ("visible", "hidden"):
            found = found.filter(visible=True)
        try:
            found.first.wait_for(state=action.state, timeout=timeout_seconds * 1000)
        except Error as error:
            self._window.survived(error)
            why = "" if action.state in ("hidden", "detached") else f": {self._why_not(target, error)}"
            raise WaitedInVain(
                f"wait_for {target} to be {action.state}: not within {timeout_seconds:g} s{why}"
            ) from error

    def _expect_text(self, action: ExpectText, timeout_seconds: float) -> None:
        wanted = squeezed(self._filled(action.equals if action.equals is not None else action.contains or ""))
        target = self._target(action.target) if action.target else WHOLE_PAGE
        found = locate(self._page, target)

        def holds() -> tuple[bool, str]:
            text = squeezed(text_of(found))
            return (text == wanted if action.equals is not None else wanted in text), text

        how = "be" if action.equals is not None else "contain"
        place = f"text of {target}" if action.target else "text of the page"
        self._until(
            holds,
            timeout_seconds,
            lambda text: f"expected the {place} to {how} {wanted!r}, found {text!r}",
            target,
        )

    def _expect_visible(self, action: ExpectVisible, timeout_seconds: float) -> None:
        target = self._target(action.target)
        found = locate(self._page, target).filter(visible=True).first
        try:
            found.wait_for(timeout=timeout_seconds * 1000)
        except Error as error:
            self._window.survived(error)
            why = self._why_not(target, error)
            raise ExpectationFailed(
                f"expected {target} to be visible within {timeout_seconds:g} s: {why}"
            ) from error

    def _expect_url(self, action: ExpectUrl, timeout_seconds: float) -> None:
        pattern = self._filled(action.pattern)
        whole = joined_to(self._base_url, pattern) if pattern.startswith("/") else pattern

        def holds() -> tuple[bool, str]:
            url = self._page.url
            bare = urlsplit(url)._replace(query="", fragment="").geturl()
            shown = [spelling for each in (url, bare) for spelling in (each, as_written(each))]
            return any(glob(whole).fullmatch(each) for each in shown), url

        self._until(
            holds, timeout_seconds, lambda url: f"expected the address to match {pattern!r}, it is {url!r}"
        )

    def _until(
        self,
        holds: Callable[[], tuple[bool, str]],
        timeout_seconds: float,
        sentence: Callable[[str], str],
        target: Target | None = None,
    ) -> None:
        """Look again until it holds.

        Raises:
            ExpectationFailed: It did not in time, with what was seen last.
        """
        give_up_at = monotonic() + timeout_seconds
        while True:
            problem: Error | None = None
            seen = ""
            try:
                is_so, seen = holds()
                if is_so:
                    return
            except Error as error:
                self._window.survived(error)
                problem = error
            if monotonic() >= give_up_at:
                break
            self._page.wait_for_timeout(POLL_MS)
        if problem is not None and target is not None:
            raise ExpectationFailed(
                f"expected a text in {target} within {timeout_seconds:g} s: {self._why_not(target, problem)}"
            ) from problem
        shown = self._record.shortened(self._lookout.hidden(seen, self._lookout.parts()), SHOWN)
        raise ExpectationFailed(f"{sentence(shown)} after {timeout_seconds:g} s")

    def _use(
        self, verb: str, target: Target, act: Callable[[Locator, float], None], timeout_seconds: float
    ) -> None:
        target = self._target(target)
        try:
            act(locate(self._page, target), timeout_seconds * 1000)
        except Error as error:
            self._window.survived(error)
            is_late = isinstance(error, TimedOut)
            waited, kind = (f" within {timeout_seconds:g} s", WaitedInVain) if is_late else ("", ActionFailed)
            raise kind(
                f"{verb} {target}: could not be done{waited}: {self._why_not(target, error)}"
            ) from error

    def _why_not(self, target: Target, error: Error) -> str:
        parts = self._lookout.parts()
        return why_not(self._page, target, error, lambda text: self._lookout.hidden(text, parts))

    def _target(self, target: Target) -> Target:
        """The target with its placeholders filled."""
        changes = {
            name: self._filled(value)
            for name in ("selector", "name", "label", "text", "placeholder", "test_id", "frame")
            if (value := getattr(target, name))
        }
        return replace(target, **changes)

    def _filled(self, text: str) -> str:
        try:
            return fill(text, self._values)
        except KeyError as error:
            raise ActionFailed(f"{text!r} cannot be filled: {error.args[0]!r} has no value") from error

    def _address_filled(self, text: str) -> str:
        try:
            return fill_address(text, self._values)
        except KeyError as error:
            raise ActionFailed(f"{text!r} cannot be filled: {error.args[0]!r} has no value") from error
        except ValueError as error:
            raise ActionFailed(f"goto {text!r} was not opened: {error}; give it another value") from error

    def _holds_secret(self, text: str) -> bool:
        return any(name in self._secret_names for name in placeholders(text))
