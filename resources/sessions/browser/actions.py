"""Actions: one verb of a playbook, done on a page."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Error

from inspect_pipelines.domain.action import (
    Action,
    AnswerDialog,
    Evaluate,
    Goto,
    Request,
    TakeScreenshot,
    WaitFor,
)
from inspect_pipelines.domain.expectation import EXPECTATIONS, ExpectPopup, ExpectUrl
from inspect_pipelines.domain.playbook import Playbook
from resources.sessions.browser.banners import Banners
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.dialogs import Answer
from resources.sessions.browser.expectations import Expectations
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, NavigationFailed, WaitedInVain
from resources.sessions.browser.gestures import Gestures
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.navigation import address, goto, unexpected_status
from resources.sessions.browser.requests import Requests, difference
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.sight import Sight
from resources.sessions.browser.targets import locate
from resources.sessions.browser.translation import thrown
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
        self._requests = Requests(self._sight, borders)
        self.expectations = Expectations(self._sight)
        self._banners = Banners(playbook.page.dismiss, self._sight)

    def perform(self, action: Action, timeout_seconds: float) -> None:
        """Do it, or raise why it could not be done; a banner is closed before, and one that came meanwhile costs one more try.

        Raises:
            Fault: An action or an expectation failed; the site's doing.
        """
        if not isinstance(action, Goto):  # it leaves the page with its banners
            self._banners.close()
        try:
            self._perform(action, timeout_seconds)
        except WaitedInVain:
            if not self._banners.close():
                raise
            self._perform(action, timeout_seconds)

    def _perform(self, action: Action, timeout_seconds: float) -> None:
        match action:
            case Goto():
                self._goto(action, timeout_seconds)
            case WaitFor():
                self._wait_for(action, action.timeout_seconds or timeout_seconds)
            case AnswerDialog():
                text = self._words.filled(action.text) if action.text is not None else None
                value = self._words.filled(action.value) if action.value is not None else None
                self._window.dialogs.prepare(Answer(action.answer == "accept", text, value))
            case Request():
                self._requests.send(action, timeout_seconds)
            case Evaluate():
                self._evaluate(action)
            case ExpectPopup():
                self._window.arrive(timeout_seconds)
                self.expectations.url(ExpectUrl(action.pattern), timeout_seconds)
            case TakeScreenshot():
                self._take(action, timeout_seconds)
            case _ if isinstance(action, EXPECTATIONS):
                self.expectations.check(action, timeout_seconds)
            case _:
                self._gestures.make(action, timeout_seconds)

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

    def _take(self, action: TakeScreenshot, timeout_seconds: float) -> None:
        if action.element is not None:
            self._sight.use(
                f"screenshot {action.name!r} of",
                action.element,
                lambda it, ms: it.wait_for(state="visible", timeout=ms),
                timeout_seconds,
            )
            action = replace(action, element=self._words.target(action.element))
        self._record.tell(self._camera.take(action, self._playbook.id, timeout_seconds, self._words.filled))

    def _evaluate(self, action: Evaluate) -> None:
        """What it gives is told only where another value was expected, without secrets; it is kept nowhere."""
        try:
            found = self._page.evaluate(action.script, self._words.public)
        except Error as error:
            self._window.survived(error)
            why = self._sight.shown(thrown(error))
            raise ActionFailed(f"evaluate: the script failed: {why}") from error
        if action.equals is None:
            return
        if place := difference(self._words.filled_json(action.equals), found, exactly=True):
            raise ExpectationFailed(f"evaluate gave another value: {self._sight.shown(place)}")

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
