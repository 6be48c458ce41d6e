"""Logging in: what is kept is checked and used, else renewed by one run for all; who is not logged in is told so, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from time import monotonic
from typing import NoReturn

from playwright.sync_api import Error

from inspect_pipelines.domain.action import Action, Goto
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click, Fill, Press, Type
from inspect_pipelines.domain.kept_login import KeptLogin, LoginKey, Refusal, skew_sentence
from inspect_pipelines.domain.playbook import Step, Viewport
from inspect_pipelines.domain.session import SessionRequest, StepResult, StepStatus
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.logins import Logins
from resources.sessions.browser import belongings
from resources.sessions.browser.codes import Codes
from resources.sessions.browser.faults import ExpectationFailed, Fault, NotLoggedIn
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.login_page import LoginPage, key_of, site_clock
from resources.sessions.browser.scene import Scenes
from resources.sessions.browser.steps import Steps
from resources.sessions.browser.words import Words
from resources.sessions.record import Record

CHECK_SECONDS = 10.0  # for each part of a check; a site that takes longer is logged in to anew
PASSING_SECONDS = 2.0  # a site that knows one by another host leads over its login page and back
LOOK_MS = 50
DOWN = 500  # from this status on the site itself is at fault
TRIES = (Fill, Type, Click, Press)  # after any of these a site has been asked to let somebody in
AT_FAULT = (FindingKind.NAVIGATION, FindingKind.PAGE_ERROR)  # the site is down, which is no refusal
MINUTE = "%Y-%m-%d %H:%M UTC"


class Login:
    """Of one session.

    Args:
        fresh: A new window, in which nothing was filled.
    """

    def __init__(
        self,
        request: SessionRequest,
        words: Words,
        record: Record,
        steps: Steps,
        halt: Halt,
        *,
        logins: Logins,
        codes: Codes,
        clock: Clock,
    ) -> None:
        self._playbook, self._rules = request.playbook, request.playbook.login_rules
        self._request = request
        self._words, self._record, self._steps, self._halt = words, record, steps, halt
        self._logins, self._codes, self._clock = logins, codes, clock
        self._is_over = False  # whoever was logged in has signed out, as the playbook says
        self._is_portable = True  # whether another window knows who logged in here
        self._page = LoginPage(request.playbook, words)

    def enter(self, step: Step, viewport: Viewport, own: Scenes, fresh: Callable[[], Scenes]) -> Scenes | str:
        """Be logged in.

        Returns:
            The window to go on in; or why the site could not be asked at all.

        Raises:
            NotLoggedIn: It refused; told already.
        """
        self._record.begin(step.id, viewport.name)
        self._is_over = False
        started_at = monotonic()
        if self._rules.passkeys:
            own.now.window.page.context.credentials.install()
        came = self._entered(step, own, fresh)
        is_in = isinstance(came, tuple)
        scenes, message = came if isinstance(came, tuple) else (own, came)
        status = StepStatus.PASSED if is_in else StepStatus.FAILED
        took_ms = round((monotonic() - started_at) * 1000)
        shown, url = self._record.shortened(message), scenes.now.window.url
        self._record.tell(StepResult(step.id, step.name, viewport.name, status, took_ms, shown, url))
        return scenes if is_in else message

    def check(
        self, step: Step, viewport: Viewport, own: Scenes, fresh: Callable[[], Scenes], *, is_doubtful: bool
    ) -> None:
        """See whether one is still logged in after a step.

        Args:
            is_doubtful: Something of it failed, or it was the last one: then the site is asked, in a window of its own.

        Raises:
            NotLoggedIn: One is not; told already.
        """
        self._is_over = self._is_over or step.id == self._rules.until
        window = own.now.window
        if self._playbook.login is None or self._is_over or window.is_gone or window.page.is_closed():
            return
        gone = ""
        if self._page.is_met(window.url, step):
            gone = f"it was led to the login page {window.url}"
        elif is_doubtful and self._rules.is_kept and self._is_portable and (why := self._lost(own, fresh)):
            gone = f"valid_when does not hold any more: {why}"
        if not gone:
            return
        message = (
            f"the login ended while the playbook was played: after step {step.id!r} {gone}; let the site keep it longer, or "
            "say in login.until which step signs out"
        )
        self._end(message, own, viewport, step, may_help=True)

    def _entered(self, step: Step, own: Scenes, fresh: Callable[[], Scenes]) -> tuple[Scenes, str] | str:
        key, found = key_of(self._request, self._words), None
        if self._rules.is_kept:
            found = self._logins.find(key)
            if kept := self._used(found, step, own):
                return own, kept
        with self._logins.renewing(key, lambda: self._wait(own)) if self._rules.is_kept else nullcontext():
            again = self._logins.find(key)
            if again is not None and again.rests(self._clock.now()) and again.refusal is not None:
                self._refuse_to_try(again.refusal, own)
            if again != found and (kept := self._used(again, step, own)):
                return own, kept
            if self._rules.is_kept:
                self._clear(own)
            if failure := self._log_in(step, own, key, again):
                return failure
            if not self._rules.is_kept:
                if again is not None and again.refusal is not None:
                    self._logins.save(key, replace(again, refusal=None))
                return own, ""
            if again is not None and again.is_in_vain:
                return self._alone(own)
            return self._keep(step, own, fresh, key)

    def _used(self, kept: KeptLogin | None, step: Step, scenes: Scenes) -> str:
        """What to say of a kept login that holds; empty: it does not."""
        if kept is None or not kept.is_usable(self._clock.now(), self._rules):
            return ""
        is_in = self._holds(kept.content, step, scenes)
        return f"the login kept since {kept.made_at:{MINUTE}} holds" if is_in else ""

    def _holds(self, content: str, step: Step, scenes: Scenes) -> bool:
        """Whether somebody who brings this along is logged in there."""
        self._record.learn(belongings.tokens(content))
        page = scenes.now.window.page
        with self._record.aside():
            try:
                belongings.put(content, page.context, page)
            except Error as error:
                scenes.now.window.survived(error)
                return False
            return not self._why_not(step, scenes)

    def _why_not(self, step: Step, scenes: Scenes) -> str:
        """Why one is not logged in there; empty: one is."""
        quick = replace(step, timeout_seconds=min(CHECK_SECONDS, step.timeout_seconds))
        for action in step.success_criteria:
            if fault := self._checked(action, quick, scenes):
                return str(fault)
        return ""

    def _checked(self, action: Action, step: Step, scenes: Scenes) -> Fault | None:
        """Do one action of a check; a site that leads to its login page has answered, and is not waited for."""
        if fault := self._steps.faulty(action, step, scenes):
            return fault
        window, give_up_at = scenes.now.window, monotonic() + PASSING_SECONDS
        while self._page.is_at(window.url):
            if monotonic() >= give_up_at:
                return ExpectationFailed(f"{action.verb} leads to the login page {window.url}")
            window.page.wait_for_timeout(LOOK_MS)
        return None

    def _log_in(self, step: Step, own: Scenes, key: LoginKey, before: KeptLogin | None) -> str:
        """Why the site could not be asked; empty: one is in.

        Raises:
            NotLoggedIn: It refused.
        """
        page, has_tried = own.now.window.page, False
        self._codes.begin()
        with site_clock(page, self._clock) as ahead:
            for number, action in enumerate((*step.actions, *step.success_criteria)):
                do = self._steps.faulty if number < len(step.actions) else self._checked
                fault, status = do(action, step, own), own.now.window.traffic.answered or 0
                if status >= DOWN and isinstance(action, Goto):  # a finding already
                    return f"{own.now.window.url} answered {status}"
                if fault is None:
                    has_tried = has_tried or isinstance(action, TRIES)
                    continue
                if fault.kind in AT_FAULT:
                    picture = self._steps.snap(own.now)
                    self._record.find(fault.kind, str(fault), url=own.now.window.url, picture=picture)
                    return str(fault)
                why = str(fault)
                if self._codes.period_seconds is not None:
                    why = f"{why}; {skew_sentence(ahead(), self._codes.period_seconds)}"
                if has_tried:
                    self._note_refusal(key, before, why)
                self._end(f"the login failed: {why}", own, may_help=False)
        own.return_home()
        own.now.window.before_action()
        return ""

    def _keep(
        self, step: Step, own: Scenes, fresh: Callable[[], Scenes], key: LoginKey
    ) -> tuple[Scenes, str] | str:
        """Go on in a new window as every later run will: what that shows must not hang on who has logged in."""
        page = own.now.window.page
        content = belongings.taken(page.context, page)
        now, rules = self._clock.now(), self._rules
        kept = KeptLogin(key.origin, self._name, now, self._request.run_id, content, rules.max_age_seconds)
        page.close()  # a database that it has open could not be replaced
        new = fresh()
        if self._holds(content, step, new):
            self._logins.save(key, kept)
            return new, "logged in; the next runs need not"
        self._logins.save(key, replace(kept, content=""))
        self._clear(new)
        return self._log_in(step, new, key, None) or self._alone(new)

    def _alone(self, own: Scenes) -> tuple[Scenes, str]:
        self._is_portable = False
        return own, "logged in; this site knows nobody again in another window, so the login is not kept"

    def _lost(self, own: Scenes, fresh: Callable[[], Scenes]) -> str:
        """Why one is not logged in any more, in a window beside the one that was played in; empty: one is."""
        assert self._playbook.login is not None
        origin, entries = belongings.own(own.now.window.page)
        beside = fresh()
        with self._record.aside():
            belongings.put_own(beside.now.window.page, origin, entries)
            why = self._why_not(self._playbook.login, beside)
            beside.now.window.page.close()
        return why

    def _refuse_to_try(self, refusal: Refusal, own: Scenes) -> NoReturn:
        self._end(
            f"the login was refused at {refusal.at:{MINUTE}} and is not tried again before {refusal.rests_until:{MINUTE}}, so "
            f"that no account gets locked: {refusal.why}; a corrected secret or playbook is tried at once, as is: "
            "inspect-pipelines logins forget",
            own,
            may_help=False,
        )

    def _note_refusal(self, key: LoginKey, before: KeptLogin | None, why: str) -> None:
        now = self._clock.now()
        count = before.refusal.count + 1 if before is not None and before.refusal is not None else 1
        refusal = Refusal(now, self._record.shortened(why), count)
        self._logins.save(key, KeptLogin(key.origin, self._name, now, self._request.run_id, refusal=refusal))

    def _end(
        self,
        message: str,
        scenes: Scenes,
        viewport: Viewport | None = None,
        step: Step | None = None,
        *,
        may_help: bool,
    ) -> NoReturn:
        """Tell it as the one finding.

        Raises:
            NotLoggedIn: Always.
        """
        if step is not None and viewport is not None:
            self._record.at = replace(self._record.at, step_id=step.id, viewport=viewport.name)
        picture = self._steps.snap(scenes.now)
        self._record.blame_login(message, url=scenes.now.window.url, picture=picture)
        raise NotLoggedIn(f"auth: {message}", may_help=may_help)

    def _clear(self, own: Scenes) -> None:
        """Nothing of a login that does not hold any more may speak for the next one."""
        page = own.now.window.page
        try:
            belongings.clear(page.context, page)
        except Error as error:
            own.now.window.survived(error)

    def _wait(self, own: Scenes) -> None:
        self._halt.check()
        own.now.window.page.wait_for_timeout(1)

    @property
    def _name(self) -> str:
        return self._rules.state or self._playbook.id
