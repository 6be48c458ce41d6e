"""Actions: one verb of a playbook, done on a page."""

from __future__ import annotations

from playwright.sync_api import Error

from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.playbook import Playbook
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.expectations import Expectations
from resources.sessions.browser.faults import ExpectationFailed, NavigationFailed, WaitedInVain
from resources.sessions.browser.gestures import Gestures
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.navigation import address, goto, unexpected_status
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import locate
from resources.sessions.browser.window import Window
from resources.sessions.browser.words import Words
from resources.sessions.record import Record


class Actions:
    """Plays actions in one window."""

    def __init__(
        self,
        window: Window,
        camera: Camera,
        playbook: Playbook,
        *,
        words: Words,
        secrets: Secrets,
        lookout: Lookout,
        record: Record,
        borders: Borders,
    ) -> None:
        self._window = window
        self._page = window.page
        self._camera = camera
        self._playbook = playbook
        self._words = words
        self._record = record
        self._borders = borders
        self._sight = Sight(window, words, lookout, record)
        self._gestures = Gestures(self._sight, secrets, borders)
        self.expectations = Expectations(self._sight)

    def perform(self, action: Action, timeout_seconds: float) -> None:
        """Do it, or raise why it could not be done.

        Raises:
            Fault: An action or an expectation failed; the site's doing.
        """
        match action:
            case Goto():
                self._goto(action, timeout_seconds)
            case Click():
                self._gestures.click(action, timeout_seconds)
            case Fill():
                self._gestures.fill(action, timeout_seconds)
            case Press():
                self._gestures.press(action, timeout_seconds)
                self._window.wait_for_navigation(timeout_seconds, after_input=True)
            case WaitFor():
                self._wait_for(action, action.timeout_seconds or timeout_seconds)
            case ExpectText():
                self.expectations.text(action, timeout_seconds)
            case ExpectVisible():
                self.expectations.visible(action, timeout_seconds)
            case ExpectUrl():
                self.expectations.url(action, timeout_seconds)
            case ExpectPopup():
                self._window.arrive(timeout_seconds)
                self.expectations.url(ExpectUrl(action.pattern), timeout_seconds)
            case TakeScreenshot():
                shot = self._camera.take(action, self._playbook.id, timeout_seconds, self._words.filled)
                self._record.tell(shot)

    def _goto(self, action: Goto, timeout_seconds: float) -> None:
        url = address(self._words.address_filled(action.url), self._words.base_url)
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

    def _wait_for(self, action: WaitFor, timeout_seconds: float) -> None:
        target = self._words.target(action.target)
        found = locate(self._page, target)
        if action.state in ("visible", "hidden"):
            found = found.filter(visible=True)
        try:
            found.first.wait_for(state=action.state, timeout=timeout_seconds * 1000)
        except Error as error:
            self._window.survived(error)
            why = "" if action.state in ("hidden", "detached") else f": {self._sight.why_not(target, error)}"
            raise WaitedInVain(
                f"wait_for {target} to be {action.state}: not within {timeout_seconds:g} s{why}"
            ) from error
