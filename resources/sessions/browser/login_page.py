"""The login page: where a site leads whoever is not logged in, which login it is, and what time it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.expectation import ExpectUrl
from inspect_pipelines.domain.host import place_of
from inspect_pipelines.domain.kept_login import LoginKey
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.session import SessionRequest
from inspect_pipelines.domain.template import ONE_TIME, placeholders
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.stored.serial import dump_json
from resources.sessions.browser.faults import Fault
from resources.sessions.browser.navigation import address, glob, origin_of
from resources.sessions.browser.words import Words


class LoginPage:
    """The first page that a playbook's login opens."""

    def __init__(self, playbook: Playbook, words: Words) -> None:
        self._words = words
        step = playbook.login
        first = next((each for each in step.actions if isinstance(each, Goto)), None) if step else None
        self._place = self._placed(first.url) if first is not None else None
        valid = step.success_criteria if step is not None else ()
        if any(isinstance(each, Goto) and self._placed(each.url) == self._place for each in valid):
            self._place = None  # one page for both: where one stands tells nothing

    def is_at(self, url: str) -> bool:
        """Whether a page stands there, whatever its query says of where it came from."""
        return bool(url) and self._place is not None and _place(url) == self._place

    def is_met(self, url: str, step: Step) -> bool:
        """Whether a step has ended there without the playbook's wanting so."""
        if not self.is_at(url):
            return False
        for action in (*step.actions, *step.success_criteria):
            if isinstance(action, Goto) and self._placed(action.url) == self._place:
                return False
            if isinstance(action, ExpectUrl) and glob(self._words.filled(action.pattern)).fullmatch(url):
                return False
        return True

    def _placed(self, url: str) -> tuple[str, int, str] | None:
        try:
            return _place(address(self._words.address_filled(url), self._words.base_url))
        except Fault:  # told where it is opened
            return None


def key_of(request: SessionRequest, words: Words) -> LoginKey:
    """Which login it is: every text of it, and the values that it asks for."""
    text, rules = dump_json(request.playbook.login, Step | None), request.playbook.login_rules
    names = {name.removeprefix(ONE_TIME) for name in placeholders(text)}
    values = {name: words.values.get(name, "") for name in sorted(names)}
    fingerprint = json.dumps([text, values, rules.state, rules.passkeys])
    return LoginKey(request.org_id, origin_of(words.base_url), fingerprint)


def _place(url: str) -> tuple[str, int, str]:
    host, port = place_of(url)
    return host, port, urlsplit(url).path.rstrip("/")


@contextmanager
def site_clock(page: Page, clock: Clock) -> Iterator[Callable[[], float | None]]:
    """How far the clock of the page's own host is ahead of ours, in seconds, by its last answer; None: it tells no time."""
    seen: list[float] = []

    def hear(response: Response) -> None:
        if place_of(response.url) != place_of(page.url):
            return
        try:
            date = parsedate_to_datetime(response.headers.get("date", ""))
            seen.append((date - clock.now()).total_seconds())
        except (ValueError, TypeError):  # it is no time, or of no zone
            return

    page.on("response", hear)
    try:
        yield lambda: seen[-1] if seen else None
    finally:
        page.remove_listener("response", hear)
