"""The player: every viewport plays all steps in a fresh context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import Any

import psutil
from playwright.sync_api import Browser, BrowserContext, Error

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import (
    Action,
    Click,
    ExpectVisible,
    Fill,
    Goto,
    Playbook,
    Step,
    TakeScreenshot,
    Viewport,
    WaitFor,
)
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.template import fill_address
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.sessions.browser.actions import Actions
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, Fault
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.page_masks import PageMasks
from resources.sessions.browser.patience import KNOWN_FAULT_SECONDS, Patience
from resources.sessions.browser.scripts import HUSH, WITHHOLD
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.stamp import environment
from resources.sessions.browser.window import Window
from resources.sessions.record import Record
from resources.sessions.wire import End

HANG_GRACE_SECONDS = 5.0  # beyond twice an action's time-out: our own questions to a page have none
PICTURE_GRACE_SECONDS = 60.0  # a page of 32,767 px takes 3 s a frame
LAST_GRACE_SECONDS = 10.0  # then the whole browser goes


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
            window = Window(context, self._record, self._borders, self._documents, self._gate)
            secrets = Secrets(tuple(self._values[name] for name in self._secret_names if self._values[name]))
            lookout = Lookout(window.page, secrets)
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
            failure: tuple[Step, str] | None = None
            for step in self._playbook.steps:
                if not step.is_on(viewport.name):
                    continue
                if failure is not None:
                    self._skip(step, viewport, failure[0])
                elif why := self._play_step(step, viewport, window, camera, actions):
                    failure = (step, why)
            return f"step {failure[0].id!r} ({viewport.name}): {failure[1]}" if failure else None

    def _play_step(
        self, step: Step, viewport: Viewport, window: Window, camera: Camera, actions: Actions
    ) -> str | None:
        """Play a step to its end, or to the action that could not be done: then why."""
        self._record.begin(step.id, viewport.name)
        started_at = monotonic()
        missed: list[str] = []
        failure: str | None = None
        for action in step.on(viewport.name):
            began_at = monotonic()
            try:
                self._perform(action, step, window, actions)
                # What our own camera takes is not the page's.
                is_picture = isinstance(action, TakeScreenshot)
                self._tell_if_slow(
                    action, step, window, camera.waited_seconds if is_picture else monotonic() - began_at
                )
            except ExpectationFailed as fault:
                missed.append(str(fault))
                self._patience.learn(step.id, str(fault))
                self._record.find(fault.kind, str(fault), url=window.url, picture=self._snap(window, camera))
            except ActionFailed as fault:
                failure = str(fault)
                self._patience.learn(step.id, failure)
                self._record.find(fault.kind, failure, url=window.url, picture=self._snap(window, camera))
                break
        message = failure or "; ".join(missed)
        self._record.tell(
            StepResult(
                step_id=step.id,
                name=step.name,
                viewport=viewport.name,
                status=StepStatus.FAILED if message else StepStatus.PASSED,
                duration_ms=round((monotonic() - started_at) * 1000),
                message=message,
                url=window.url,
            )
        )
        return failure

    def _tell_if_slow(self, action: Action, step: Step, window: Window, took_seconds: float) -> None:
        budget = step.slow_seconds
        if isinstance(action, WaitFor) and action.timeout_seconds is not None:
            budget = max(budget, action.timeout_seconds)  # somebody expects it to last
        if took_seconds > budget:
            self._record.find(
                FindingKind.SLOW,
                f"{_called(action)} took {took_seconds:.0f} s, longer than the {budget:g} s that the step may (`slow`)",
                url=window.url,
            )

    def _perform(self, action: Action, step: Step, window: Window, actions: Actions) -> None:
        """Do it; in a step that failed before, only a fault that is another one gets all of the step's time."""
        if hurried := self._patience.hurried(action, step):
            try:
                self._within(KNOWN_FAULT_SECONDS, hurried, window, actions)
                return
            except Fault as fault:
                if not self._patience.is_another(fault, step):
                    raise
        self._within(step.timeout_seconds, action, window, actions)

    def _within(self, seconds: float, action: Action, window: Window, actions: Actions) -> None:
        grace = PICTURE_GRACE_SECONDS if isinstance(action, TakeScreenshot) else HANG_GRACE_SECONDS
        try:
            with _watchdog(window, 2 * seconds + grace):
                actions.perform(action, seconds)
                window.after_action()
        except Fault as fault:
            if isinstance(fault.__cause__, Error):
                window.survived(fault.__cause__)  # the site is not to blame for a browser that died
            raise
        except Error as error:
            window.survived(error)
            raise ActionFailed(f"{action.verb}: {error.message.splitlines()[0]}") from error

    def _snap(self, window: Window, camera: Camera) -> Sha256 | None:
        """The page as a finding shows it; None when there is none, or it does not react any more."""
        with _watchdog(window, HANG_GRACE_SECONDS):
            return camera.snap()

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


def _called(action: Action) -> str:
    match action:
        case Goto():
            return f"goto {action.url!r}"
        case TakeScreenshot():
            return f"the page of screenshot {action.name!r}"
        case Click() | Fill() | WaitFor() | ExpectVisible():
            return f"{action.verb} {action.target}"
        case _:
            return action.verb


@contextmanager
def _watchdog(window: Window, seconds: float) -> Iterator[None]:
    """End the page's renderer when an action hangs: a script that never ends answers no question, not even ours.

    If even that frees nobody, end the whole browser.
    """

    def bite() -> None:
        window.hung_after = seconds
        _kill_children("--type=renderer")

    timers = [Timer(seconds, bite), Timer(seconds + LAST_GRACE_SECONDS, _kill_children, ["--user-data-dir"])]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _kill_children(flag: str) -> None:
    """Kill those of this process's descendants that were started with a flag."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(word.startswith(flag) for word in process.cmdline()):
                process.kill()
