"""Where a side stands on one viewport: its steps in order, with pauses in which another side may have its turn."""

from __future__ import annotations

from collections.abc import Callable, Generator

from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from resources.sessions.browser.faults import NotLoggedIn
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.login import Login
from resources.sessions.browser.scene import Scenes
from resources.sessions.browser.steps import Steps


class Stand:
    """Plays the steps of one viewport.

    Args:
        name: What people call the side; empty: it is the only one.
        fresh: A new window, in which nothing was filled.
        shown: Told in which window the playing goes on.
        leave: Called when all is played, the teardown too.

    Attributes:
        failure: Why a step could not be played, if so.
        lost: One was logged in, and is not any more, or could not be.
    """

    def __init__(
        self,
        playbook: Playbook,
        steps: Steps,
        login: Login,
        viewport: Viewport,
        *,
        name: str,
        fresh: Callable[[], Scenes],
        shown: Callable[[Scenes], None],
        leave: Callable[[], None],
        halt: Halt,
    ) -> None:
        self._playbook, self._steps, self._login, self._viewport = playbook, steps, login, viewport
        self._name, self.leave = name, leave
        self._fresh, self._shown, self._halt = fresh, shown, halt
        self._own = fresh()
        shown(self._own)
        self._failed: Step | None = None
        self.failure: str | None = None
        self.lost: NotLoggedIn | None = None

    def turns(self) -> Generator[None]:
        """Play everything but the teardown; pauses after each picture and each step.

        Raises:
            Halted: It was to end early.
            NotLoggedIn: Nobody could be logged in; told already.
        """
        if (login := self._playbook.login) is not None:
            try:
                came = self._login.enter(login, self._viewport, self._own, self._fresh)
            except NotLoggedIn as end:
                raise self._named(end) from end
            if isinstance(came, str):
                self._fail(login, came)
            else:
                self._go_on_in(came)
            yield
        try:
            yield from self._steps_in_turns()
        except NotLoggedIn as end:
            self.lost = self._named(end)

    def tear_down(self) -> None:
        """Play the teardown, if there is one, whatever has happened."""
        if (teardown := self._playbook.teardown) is None:
            return
        now = self._own.now.window
        if self._halt.is_asked or now.is_gone or now.page.is_closed():
            self._go_on_in(self._fresh())
        for _ in self._steps.play(teardown, self._viewport, self._own):
            pass  # nobody else is waiting for a turn

    def _steps_in_turns(self) -> Generator[None]:
        around = (self._playbook.login, self._playbook.teardown)
        steps = [each for each in self._playbook.every_step if each not in around]
        steps = [each for each in steps if each.is_on(self._viewport.name)]
        for step in steps:
            if self._failed is not None:
                self._steps.skip(step, self._viewport, self._failed)
                continue
            if why := (yield from self._steps.play(step, self._viewport, self._own)):
                self._fail(step, why)
            is_doubtful = not self._steps.was_sound or step is steps[-1]
            self._login.check(step, self._viewport, self._own, self._fresh, is_doubtful=is_doubtful)
            yield

    def _named(self, end: NotLoggedIn) -> NotLoggedIn:
        return NotLoggedIn(f"{self._name}: {end}", may_help=end.may_help) if self._name else end

    def _fail(self, step: Step, why: str) -> None:
        self._failed, self.failure = step, f"step {step.id!r} ({self._viewport.name}): {why}"

    def _go_on_in(self, scenes: Scenes) -> None:
        self._own = scenes
        self._shown(scenes)
