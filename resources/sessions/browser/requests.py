"""Requests of a playbook's own: with the page's cookies, through the same gate, to the hosts that its pages may be opened at."""

from __future__ import annotations

import json
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import APIResponse, Error
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.action import Request
from inspect_pipelines.domain.host import place_of
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.faults import ActionFailed, ExpectationFailed, NavigationFailed
from resources.sessions.browser.navigation import address, failed_connection
from resources.sessions.browser.sight import Sight

MOST_BYTES = 5_000_000  # of an answer that is looked into
MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)


class Requests:
    """Of one window."""

    def __init__(self, sight: Sight, borders: Borders) -> None:
        self._sight = sight
        self._words = sight.words
        self._borders = borders

    def send(self, action: Request, timeout_seconds: float) -> None:
        """Send it and look at the answer.

        Raises:
            ExpectationFailed: It is another answer than was expected.
            ActionFailed: None came.
        """
        url = address(self._words.address_filled(action.url, "request"), self._words.base_url)
        answer = self._answered(action, url, timeout_seconds)
        said = f"{action.method} {answer.url}"
        if action.expect_status is None and answer.status >= 400:
            raise ExpectationFailed(f"request {said} answered {answer.status} {answer.status_text}".rstrip())
        if action.expect_status not in (None, answer.status):
            raise ExpectationFailed(
                f"expected {said} to answer {action.expect_status}, it answered {answer.status}"
            )
        if action.expect_text is None and action.expect_json is None:
            return
        body = answer.body()
        if len(body) > MOST_BYTES:
            raise ExpectationFailed(
                f"{said} answered with {len(body):,} bytes; at most {MOST_BYTES:,} are looked into"
            )
        text = body.decode("utf-8", "replace")
        if action.expect_text is not None and (wanted := self._words.filled(action.expect_text)) not in text:
            raise ExpectationFailed(f"expected {said} to say {wanted!r}, it says {self._sight.shown(text)!r}")
        if action.expect_json is not None:
            self._check_json(self._words.filled_json(action.expect_json), text, said)

    def _answered(self, action: Request, url: str, timeout_seconds: float) -> APIResponse:
        """The last answer; each place that it leads to has to be allowed too."""
        give_up_at = monotonic() + timeout_seconds
        method = action.method
        headers = {name: self._words.filled(value) for name, value in action.headers}
        data: Any = None
        if action.json is not None:
            data = json.dumps(self._words.filled_json(action.json)).encode()
            headers = {"content-type": "application/json", **headers}
        elif action.body is not None:
            data = self._words.filled(action.body).encode()
        for _ in range(MOST_REDIRECTS):
            if not self._borders.allow(url):
                raise self._borders.refusal(url, came="a request was to go to")
            self._borders.opens(url)
            left_ms = max(1.0, (give_up_at - monotonic()) * 1000)
            try:
                answer = self._sight.page.context.request.fetch(
                    url, method=method, headers=headers, data=data, timeout=left_ms, max_redirects=0
                )
            except TimedOut as error:
                raise ActionFailed(
                    f"request {method} {url}: no answer within {timeout_seconds:g} s"
                ) from error
            except Error as error:
                self._sight.window.survived(error)
                raise ActionFailed(f"request {method} {url}: {self._why(error, url)}") from error
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or not location or answer.status == action.expect_status:
                return answer
            before, url = url, urljoin(url, location)
            if place_of(before) != place_of(url):
                headers = {}  # what was meant for one host is not told to another
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, data = "GET", None
        raise NavigationFailed(f"request {action.method} {url} was led on more than {MOST_REDIRECTS} times")

    def _why(self, error: Error, url: str) -> str:
        gate = self._sight.window.gate
        if (refused := gate.refused()) and "ECONN" not in error.message and "Socks" in error.message:
            return str(refused[-1])
        code, _ = failed_connection("net::ERR_SOCKS_CONNECTION_FAILED", url, gate)
        first = error.message.strip().splitlines()[0]
        return code if not code.startswith("ERR_SOCKS") else first.removeprefix("APIRequestContext.fetch: ")

    def _check_json(self, wanted: Any, text: str, said: str) -> None:
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ExpectationFailed(
                f"expected {said} to answer JSON, it says {self._sight.shown(text)!r}"
            ) from error
        if place := difference(wanted, found):
            raise ExpectationFailed(f"the JSON of {said} is another one: {self._sight.shown(place)}")


def difference(wanted: Any, found: Any, at: str = "", *, exactly: bool = False) -> str:
    """Where a JSON value is not as wanted, as a clause; empty: it is.

    Args:
        at: The path of both.
        exactly: A mapping has no other keys than the wanted ones.
    """
    if isinstance(wanted, dict) and isinstance(found, dict):
        if exactly and (more := [key for key in found if key not in wanted]):
            return f"{at}.{more[0]} is there, and not expected".lstrip(".")
        for key, inner in wanted.items():
            if key not in found:
                return f"{at}.{key} is not there".lstrip(".")
            if place := difference(inner, found[key], f"{at}.{key}", exactly=exactly):
                return place
        return ""
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return f"{at or 'it'} has {len(found)} entries, expected {len(wanted)}".lstrip(".")
        places = (
            difference(one, other, f"{at}[{number}]", exactly=exactly)
            for number, (one, other) in enumerate(zip(wanted, found, strict=True))
        )
        return next((place for place in places if place), "")
    is_same = wanted == found and isinstance(wanted, bool) == isinstance(found, bool)
    return (
        ""
        if is_same
        else f"{at or 'it'} is {json.dumps(found)[:200]}, expected {json.dumps(wanted)}".lstrip(".")
    )
