"""The player: every viewport plays all steps in a fresh context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

from inspect_pipelines.domain.action import Action, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectPopup
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click, Press
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.template import fill_address
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.sessions.browser.actions import Actions
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import (
    ActionFailed,
    ExpectationFailed,
    Fault,
    WaitedInVain,
    WindowClosed,
)
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.page_masks import PageMasks
from resources.sessions.browser.patience import KNOWN_FAULT_SECONDS, Patience
from resources.sessions.browser.popups import Popups
from resources.sessions.browser.scene import Scene, Scenes
from resources.sessions.browser.scripts import HUSH, WITHHOLD
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.slowness import tell_if_slow
from resources.sessions.browser.stamp import environment
from resources.sessions.browser.translation import in_words
from resources.sessions.browser.watchdog import watchdog
from resources.sessions.browser.window import Window
from resources.sessions.record import Record
from resources.sessions.wire import End

HANG_GRACE_SECONDS = 5.0  # beyond twice an action's time-out: our own questions to a page have none
PICTURE_GRACE_SECONDS = 60.0  # a page of 32,767 px takes 3 s a frame


class Player:
    """Plays one request in a browser that is up."""

    def __init__(
        self,
        browser: Browser,
        request: SessionRequest,
        *,
        values: Mapping[str, str],
        secret_names: frozenset[str],
        record: Record,
        gallery: Gallery,
        clock: Clock,
    ) -> None:
        self._browser = browser
        self._playbook: Playbook = request.playbook
        self._values = values
        self._secret_names = secret_names
        self._record = record
        self._gallery = gallery
        self._clock = clock
        self._base_url = fill_address(self._playbook.base_url, values)
        self._borders = Borders(request.allowed_hosts, self._base_url)
        self._gate = Gate(self._borders.names)
        self._patience = Patience(record, request.known_faults)
        self._page_masks = PageMasks()

    def play(self) -> End:
        """All viewports, each on its own; the first step that could not be played names the session's error.

        Raises:
            SessionCrashed: The browser died.
        """
        self._proxy = self._gate.start()
        self._documents = Documents(self._browser, self._borders)
        try:
            failures = [
                failure
                for viewport in self._playbook.viewports
                if (failure := self._play_viewport(viewport)) is not None
            ]
        finally:
            self._documents.close()
        if failures:
            return End(SessionStatus.FAILED, self._record.shortened(failures[0]))
        for name in self._page_masks.idle():
            self._record.find(
                FindingKind.MASK_UNMATCHED,
                f"{name} of the playbook's page matches nothing in any picture",
                url="",
            )
        return End(SessionStatus.COMPLETED)

    def close(self) -> None:
        """Cut what its pages are still connected to; whatever they say of it is of no interest any more."""
        self._gate.close()

    def _play_viewport(self, viewport: Viewport) -> str | None:
        """Why a step could not be played, if so."""
        with self._context(viewport) as context:
            page = context.new_page()
            popups = Popups(context, self._record)
            secrets = Secrets(tuple(self._values[name] for name in self._secret_names if self._values[name]))
            scenes = Scenes(page, secrets, lambda page, own: self._scene(page, own, viewport, popups))
            failure: tuple[Step, str] | None = None
            for step in self._playbook.steps:
                if not step.is_on(viewport.name):
                    continue
                if failure is not None:
                    self._skip(step, viewport, failure[0])
                elif why := self._play_step(step, viewport, scenes):
                    failure = (step, why)
            return f"step {failure[0].id!r} ({viewport.name}): {failure[1]}" if failure else None

    def _scene(self, page: Page, secrets: Secrets, viewport: Viewport, popups: Popups) -> Scene:
        window = Window(page, self._record, self._borders, self._documents, self._gate, popups)
        lookout = Lookout(page, secrets)
        camera = Camera(
            window,
            viewport,
            self._playbook.page,
            record=self._record,
            lookout=lookout,
            gallery=self._gallery,
            environment=environment(self._browser.version, viewport.scale),
            clock=self._clock,
            page_masks=self._page_masks,
        )
        actions = Actions(
            window,
            camera,
            self._playbook,
            values=self._values,
            secret_names=self._secret_names,
            secrets=secrets,
            lookout=lookout,
            record=self._record,
            borders=self._borders,
            base_url=self._base_url,
        )
        return Scene(window, camera, actions)

    def _play_step(self, step: Step, viewport: Viewport, scenes: Scenes) -> str | None:
        """Play a step to its end, or to the action that could not be done: then why."""
        self._record.begin(step.id, viewport.name)
        started_at = monotonic()
        missed: list[str] = []
        failure: str | None = None
        for action in step.on(viewport.name):
            began_at = monotonic()
            try:
                self._perform(action, step, scenes)
                # What our own camera takes is not the page's.
                is_picture = isinstance(action, TakeScreenshot)
                took = scenes.now.camera.waited_seconds if is_picture else monotonic() - began_at
                tell_if_slow(self._record, action, step, scenes.now.window.url, took)
            except Fault as fault:
                window = scenes.now.window
                self._patience.learn(step.id, str(fault))
                self._record.find(fault.kind, str(fault), url=window.url, picture=self._snap(scenes.now))
                if not isinstance(fault, ExpectationFailed):
                    failure = str(fault)
                    break
                missed.append(str(fault))
        url = scenes.now.window.url
        scenes.return_home()
        scenes.now.window.before_action()  # what the last one has opened is followed by nobody
        message = failure or "; ".join(missed)
        self._record.tell(
            StepResult(
                step_id=step.id,
                name=step.name,
                viewport=viewport.name,
                status=StepStatus.FAILED if message else StepStatus.PASSED,
                duration_ms=round((monotonic() - started_at) * 1000),
                message=message,
                url=url,
            )
        )
        return failure

    def _perform(self, action: Action, step: Step, scenes: Scenes) -> None:
        """Do it; in a step that failed before, only a fault that is another one gets all of the step's time."""
        if hurried := self._patience.hurried(action, step):
            try:
                self._within(KNOWN_FAULT_SECONDS, hurried, scenes)
                return
            except Fault as fault:
                if not self._patience.is_another(fault, step):
                    raise
        self._within(step.timeout_seconds, action, scenes)

    def _within(self, seconds: float, action: Action, scenes: Scenes) -> None:
        grace = PICTURE_GRACE_SECONDS if isinstance(action, TakeScreenshot) else HANG_GRACE_SECONDS
        if scenes.is_apart and scenes.now.window.page.is_closed():
            scenes.return_home()  # it closed itself, as a window to sign in does
        try:
            with watchdog(scenes.now.window, 2 * seconds + grace):
                self._try(action, seconds, scenes)
        except WindowClosed:
            if not (
                scenes.is_apart and isinstance(action, Click | Press)
            ):  # what is pressed there may close it
                raise

    def _try(self, action: Action, seconds: float, scenes: Scenes) -> None:
        window = scenes.now.window
        try:
            if isinstance(action, ExpectPopup):
                self._follow(action, seconds, scenes)
            else:
                window.before_action()
                scenes.now.actions.perform(action, seconds)
            scenes.now.window.after_action()
        except Fault as fault:
            if isinstance(fault.__cause__, Error):
                window.survived(fault.__cause__)  # the site is not to blame for a browser that died
            raise
        except Error as error:
            scenes.now.window.survived(error)
            raise ActionFailed(f"{action.verb}: {in_words(error)}") from error

    def _follow(self, action: ExpectPopup, seconds: float, scenes: Scenes) -> None:
        window = scenes.now.window
        popup = window.popups.taken(seconds, lambda: window.page.wait_for_timeout(20))
        if popup is None:
            raise WaitedInVain(f"expect_popup {action.pattern!r}: no new window came within {seconds:g} s")
        scenes.follow(popup)
        scenes.now.actions.perform(action, seconds)

    def _snap(self, scene: Scene) -> Sha256 | None:
        """The page as a finding shows it; None when there is none, or it does not react any more."""
        with watchdog(scene.window, HANG_GRACE_SECONDS):
            return scene.camera.snap()

    def _skip(self, step: Step, viewport: Viewport, failed: Step) -> None:
        message = f"step {failed.id!r} could not be played"
        self._record.tell(StepResult(step.id, step.name, viewport.name, StepStatus.SKIPPED, 0, message))

    @contextmanager
    def _context(self, viewport: Viewport) -> Iterator[BrowserContext]:
        """A fresh profile in which everything that differs between machines and days is fixed."""
        options: dict[str, Any] = {"user_agent": viewport.user_agent} if viewport.user_agent else {}
        size: Any = {"width": viewport.width, "height": viewport.height}
        context = self._browser.new_context(
            viewport=size,
            screen=size,
            device_scale_factor=viewport.scale,
            is_mobile=viewport.mobile,
            has_touch=viewport.mobile,
            locale="en-US",
            timezone_id="UTC",
            color_scheme="light",
            reduced_motion="reduce",
            accept_downloads=False,
            proxy={"server": self._proxy},
            **options,
        )
        context.add_init_script(HUSH + WITHHOLD if self._playbook.rearranges else HUSH)
        for glob in self._playbook.page.block:
            context.route(glob, lambda route: route.abort("blockedbyclient"))
        yield context
        if viewport is not self._playbook.viewports[-1] and self._browser.is_connected():
            context.close()  # the last one goes with the browser
