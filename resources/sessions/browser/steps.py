"""Steps: each is played to its end, again where it may be, and told with what came of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from time import monotonic

from playwright.sync_api import Error

from inspect_pipelines.domain.action import Action, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectPopup
from inspect_pipelines.domain.finding import Severity
from inspect_pipelines.domain.gesture import Click, DoubleClick, Press
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.session import UNMET, StepResult, StepStatus
from resources.sessions.browser.faults import (
    ActionFailed,
    ExpectationFailed,
    Fault,
    PageDied,
    WaitedInVain,
    WindowClosed,
)
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.hold import Hold
from resources.sessions.browser.patience import KNOWN_FAULT_SECONDS, Patience
from resources.sessions.browser.scene import Scene, Scenes
from resources.sessions.browser.slowness import tell_if_slow
from resources.sessions.browser.translation import in_words
from resources.sessions.browser.turns import Turns
from resources.sessions.browser.watchdog import watchdog
from resources.sessions.record import Record

HANG_GRACE_SECONDS = 5.0  # beyond twice an action's time-out: our own questions to a page have none
PICTURE_GRACE_SECONDS = 60.0  # a page of 32,767 px takes 3 s a frame
INTERRUPTED = "interrupted"
Faulted = Callable[[Sha256, str, Action | None, Scene], None]  # picture, why, what could not be done, where


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of playing a step.

    Attributes:
        failure: Why it could not be played to its end, if so.
        message: All that was wrong with it; empty: nothing.
        url: Where the page stood at its end.
    """

    failure: str | None
    message: str
    url: str


class Steps:
    """Plays the steps of one playbook."""

    def __init__(
        self,
        playbook: Playbook,
        record: Record,
        patience: Patience,
        halt: Halt,
        hold: Hold | None = None,
        faulted: Faulted | None = None,
        done: Callable[[Scene], None] | None = None,
    ) -> None:
        self._playbook = playbook
        self._record = record
        self._patience = patience
        self._halt = halt
        self._hold, self._faulted, self._done = hold, faulted, done
        self.was_sound = True  # whether nothing was wrong with the step that was played last
        self._away_seconds = 0.0  # of the step that is played, in which another side had its turn

    def faulty(self, action: Action, step: Step, scenes: Scenes) -> Fault | None:
        """Do one action of a login; what is wrong with it is told by whoever asks.

        Raises:
            Halted: It was to end early.
        """
        self._halt.check()
        try:
            self._within(step.timeout_seconds, action, scenes)
        except Fault as fault:
            self._halt.check()
            return fault
        return None

    def play(self, step: Step, viewport: Viewport, scenes: Scenes) -> Turns:
        """Play a step to its end, or to the action that could not be done: then why, unless the playbook bears it.

        Pauses after each picture, so that another side can take its own right then.

        Raises:
            Halted: It was to end early; told already.
        """
        self._record.begin(step.id, viewport.name)
        started_at = monotonic()
        self._away_seconds = 0.0
        if step.manual:
            said = "; ".join((step.instruction, *step.unchecked)).strip("; ")
            self._tell(step, viewport, StepStatus.NOT_CHECKED, started_at, said or "a person does it", "")
            return None
        try:
            unmet = self._unmet(step, scenes) if step.when is not None else None
        except Fault as fault:
            self._check_halt(step, viewport, scenes, started_at)
            self._find(fault, step, scenes, number=0, is_last=True)
            came = _Outcome(str(fault), str(fault), scenes.now.window.url)
        else:
            if unmet:
                self._tell(step, viewport, StepStatus.SKIPPED, started_at, f"{UNMET}{unmet}", "")
                return None
            came = yield from self._tries(step, viewport, scenes, started_at)
        self.was_sound = not came.message
        is_borne = step.optional and bool(came.message) and not scenes.now.window.is_gone
        status = StepStatus.PASSED
        if came.message:
            status = StepStatus.OPTIONAL_FAILED if is_borne else StepStatus.FAILED
        unchecked = f"not checked: {'; '.join(step.unchecked)}" if step.unchecked else ""
        is_held = self._hold is not None and status is StepStatus.FAILED
        if self._hold is not None and is_held:
            self._hold.take()
        self._tell(step, viewport, status, started_at, came.message or unchecked, came.url)
        if self._hold is not None and is_held:
            self._hold.wait(scenes.now.window.page)
        if came.message and step is self._playbook.setup:
            return came.message  # what comes after it has no ground to stand on
        return None if is_borne else came.failure

    def skip(self, step: Step, viewport: Viewport, failed: Step) -> None:
        """Tell that it was not played."""
        message = f"step {failed.id!r} could not be played"
        self._record.tell(StepResult(step.id, step.name, viewport.name, StepStatus.SKIPPED, 0, message))

    def _tries(
        self, step: Step, viewport: Viewport, scenes: Scenes, started_at: float
    ) -> Generator[None, None, _Outcome]:
        """Of its last try."""
        number = 0
        while True:
            is_last = number == step.retries
            came = yield from self._once(step, viewport, scenes, started_at, number=number, is_last=is_last)
            if not came.message or is_last or scenes.now.window.is_gone:
                return came
            number += 1

    def _once(
        self, step: Step, viewport: Viewport, scenes: Scenes, started_at: float, *, number: int, is_last: bool
    ) -> Generator[None, None, _Outcome]:
        missed: list[str] = []
        failure: str | None = None
        scenes.now.window.traffic.answers.clear()
        for action in step.on(viewport.name):
            self._check_halt(step, viewport, scenes, started_at)
            began_at = monotonic()
            try:
                self._perform(action, step, scenes)
                # What our own camera takes is not the page's.
                is_picture = isinstance(action, TakeScreenshot)
                took = scenes.now.camera.waited_seconds if is_picture else monotonic() - began_at
                tell_if_slow(self._record, action, step, scenes.now.window.url, took)
                if is_picture:
                    yield from self._pause()
            except Fault as fault:
                self._check_halt(step, viewport, scenes, started_at)
                self._find(fault, step, scenes, number=number, is_last=is_last, action=action)
                if not isinstance(fault, ExpectationFailed):
                    failure = str(fault)
                    break
                missed.append(str(fault))
        for sentence in scenes.now.window.dialogs.take_missed():
            if failure is None:
                self._find(ExpectationFailed(sentence), step, scenes, number=number, is_last=is_last)
                missed.append(sentence)
        url = scenes.now.window.url
        if self._done is not None and not (failure or missed):
            with watchdog(scenes.now.window, HANG_GRACE_SECONDS):
                self._done(scenes.now)
        scenes.return_home()
        scenes.now.window.before_action()  # what the last one has opened is followed by nobody
        return _Outcome(failure, failure or "; ".join(missed), url)

    def _pause(self) -> Iterator[None]:
        """Leave the turn to another side; what that takes is none of this step's time."""
        self._away_seconds -= monotonic()
        yield
        self._away_seconds += monotonic()

    def _find(
        self,
        fault: Fault,
        step: Step,
        scenes: Scenes,
        *,
        number: int,
        is_last: bool,
        action: Action | None = None,
    ) -> None:
        """Keep it as a finding: one that another try may mend, or that the playbook bears, fails nothing."""
        window, message, severity = scenes.now.window, str(fault), None
        if isinstance(fault, PageDied):
            is_last = True
        elif not is_last:
            message, severity = f"try {number + 1} of {step.retries + 1}: {message}", Severity.INFO
        elif step.optional:
            severity = Severity.INFO
        elif step is self._playbook.teardown:
            severity = (
                Severity.WARNING
            )  # what is left lying about is told; it is nothing that people were shown
        if is_last:
            self._patience.learn(step.id, str(fault))
        picture = self.snap(scenes.now)
        self._record.find(fault.kind, message, url=window.url, picture=picture, severity=severity)
        if picture is not None and self._faulted is not None:
            self._faulted(picture, message, action, scenes.now)

    def _check_halt(self, step: Step, viewport: Viewport, scenes: Scenes, started_at: float) -> None:
        if self._halt.is_asked and step is not self._playbook.teardown:
            self._tell(step, viewport, StepStatus.FAILED, started_at, INTERRUPTED, scenes.now.window.url)
            self._halt.check()

    def _unmet(self, step: Step, scenes: Scenes) -> str | None:
        assert step.when is not None
        scene = scenes.now
        scene.window.before_action()
        seconds = 3 * step.when.within_seconds + step.timeout_seconds + HANG_GRACE_SECONDS
        try:
            with watchdog(scene.window, seconds):
                scene.window.wait_for_navigation(step.timeout_seconds)
                return scene.actions.expectations.unmet(step.when)
        except Error as error:
            scene.window.survived(error)
            raise ActionFailed(f"when: {in_words(error)}") from error

    def _tell(
        self, step: Step, viewport: Viewport, status: StepStatus, started_at: float, message: str, url: str
    ) -> None:
        took_ms = round((monotonic() - started_at - self._away_seconds) * 1000) if status.is_played else 0
        shown = self._record.shortened(message)
        self._record.tell(StepResult(step.id, step.name, viewport.name, status, took_ms, shown, url))

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
                scenes.is_apart and isinstance(action, Click | DoubleClick | Press)
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

    def snap(self, scene: Scene) -> Sha256 | None:
        """The page as a finding shows it; None when there is none, or it does not react any more."""
        with watchdog(scene.window, HANG_GRACE_SECONDS):
            return scene.camera.snap()
