"""The profile of a viewport: a fresh context in which everything that differs between machines and days is fixed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Route

from inspect_pipelines.domain.page_setting import Stub
from inspect_pipelines.domain.playbook import Playbook, Viewport
from resources.sessions.browser.navigation import glob, joined_to, origin_of
from resources.sessions.browser.scripts import HUSH, WITHHOLD
from resources.sessions.browser.words import Words


class Stubs:
    """Answers of the playbook's own, and which of them nothing has asked for; over all viewports."""

    def __init__(self, stubs: tuple[Stub, ...], words: Words) -> None:
        self._stubs = stubs
        self._words = words
        self._used: set[int] = set()

    def answer_in(self, context: BrowserContext) -> None:
        """Answer what is asked for there; the first one that fits."""
        for number, stub in reversed([*enumerate(self._stubs)]):  # what was routed last is asked first
            context.route(self._meant_by(stub), self._answered_by(stub, number))

    def _meant_by(self, stub: Stub) -> Callable[[str], bool]:
        pattern = self._words.filled(stub.url)
        fits = glob(joined_to(self._words.base_url, pattern) if pattern.startswith("/") else pattern)
        return lambda url: any(fits.fullmatch(each) for each in (url, re.split("[?#]", url, maxsplit=1)[0]))

    def _answered_by(self, stub: Stub, number: int) -> Callable[[Route], None]:
        def answer(route: Route) -> None:
            if stub.method not in (None, route.request.method):
                route.fallback()
                return
            self._used.add(number)
            headers = {"access-control-allow-origin": "*", "content-type": stub.content_type}
            route.fulfill(status=stub.status, body=self._words.filled(stub.body), headers=headers)

        return answer

    def unused(self) -> list[str]:
        """The patterns that nothing has asked for."""
        return [stub.url for number, stub in enumerate(self._stubs) if number not in self._used]


def new_profile(
    browser: Browser,
    playbook: Playbook,
    viewport: Viewport,
    *,
    proxy: str,
    words: Words,
    stubs: Stubs,
    recording: Mapping[str, Any],
) -> BrowserContext:
    """A fresh context.

    Args:
        recording: Options of what is recorded in it.
    """
    options: dict[str, Any] = {"user_agent": viewport.user_agent} if viewport.user_agent else {}
    size: Any = {"width": viewport.width, "height": viewport.height}
    around, wire = viewport.surroundings, playbook.page.wire
    if around.latitude is not None and around.longitude is not None:
        options["geolocation"] = {"latitude": around.latitude, "longitude": around.longitude}
    if around.permissions:
        options["permissions"] = list(around.permissions)
    if wire.basic_auth is not None:
        options["http_credentials"] = {
            "username": words.filled(wire.basic_auth.username),
            "password": words.filled(wire.basic_auth.password),
            "origin": origin_of(words.base_url),
        }
    if wire.ignores_https_errors:
        options["ignore_https_errors"] = True
    scheme: Any = around.color_scheme  # Playwright lists the schemes as literals
    context = browser.new_context(
        viewport=size,
        screen=size,
        device_scale_factor=viewport.scale,
        is_mobile=viewport.mobile,
        has_touch=viewport.mobile,
        locale=around.locale,
        timezone_id=around.timezone,
        color_scheme=scheme,
        reduced_motion="reduce",
        accept_downloads=False,
        proxy={"server": proxy},
        **options,
        **recording,
    )
    context.add_init_script(HUSH + WITHHOLD if playbook.rearranges else HUSH)
    if around.now is not None:
        context.clock.set_fixed_time(around.now)
    for cookie in wire.cookies:
        # A page must not be told a secret, so scripts of a page never see such a cookie.
        context.add_cookies(
            [
                {
                    "name": cookie.name,
                    "value": words.filled(cookie.value),
                    "url": joined_to(origin_of(words.base_url), cookie.path),
                    "httpOnly": words.holds_secret(cookie.value),
                }
            ]
        )
    stubs.answer_in(context)
    for pattern in playbook.page.block:
        context.route(pattern, lambda route: route.abort("blockedbyclient"))
    return context
