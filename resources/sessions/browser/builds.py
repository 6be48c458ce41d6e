"""Builds: ask the site which one it is, before and after it is looked at, as its pages are asked for."""

from __future__ import annotations

from urllib.parse import urljoin

from playwright.sync_api import APIResponse, BrowserContext, Error

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.host import place_of
from inspect_pipelines.domain.site_build import BuildSource, build_in
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.faults import Fault, NavigationFailed
from resources.sessions.browser.navigation import address
from resources.sessions.browser.requests import REDIRECTS
from resources.sessions.browser.words import Words
from resources.sessions.record import Record

SECONDS = 10.0
MOST_BYTES = 2_000_000  # of an answer
MOST_REDIRECTS = 5


class Builds:
    """Of one session.

    Args:
        headers: That the playbook sends to its own hosts, filled.
    """

    def __init__(
        self,
        source: BuildSource,
        words: Words,
        borders: Borders,
        record: Record,
        headers: dict[str, str],
    ) -> None:
        self._source, self._words, self._borders = source, words, borders
        self._record, self._headers = record, headers

    def read(self, context: BrowserContext) -> str | None:
        """What the site says now; None: it does not say, which is told."""
        where = self._source.url
        try:
            where = self._words.address_filled(where, "build")
            url = address(where, self._words.base_url)
            answer = self._answered(context, url)
            body = answer.body()
        except (Fault, Error) as error:
            first = str(error).strip().splitlines()[0].removeprefix("APIRequestContext.get: ")
            self._unknown(where, first)
            return None
        if answer.status >= 400:
            self._unknown(answer.url, f"it answered {answer.status} {answer.status_text}".rstrip())
            return None
        text = body[:MOST_BYTES].decode("utf-8", "replace")
        build = build_in(self._source, answer.headers, text)
        if build is None:
            self._unknown(answer.url, f"there is no {_sought(self._source)} in its answer")
        return None if build is None else self._record.shortened(build)

    def _answered(self, context: BrowserContext, url: str) -> APIResponse:
        for _ in range(MOST_REDIRECTS):
            if not self._borders.allow(url):
                raise self._borders.refusal(url, came="the build was to be read at")
            self._borders.opens(url)
            own = self._borders.names(*place_of(url))
            answer = context.request.get(
                url, headers=self._headers if own else {}, timeout=SECONDS * 1000, max_redirects=0
            )
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or not location:
                return answer
            url = urljoin(url, location)
        raise NavigationFailed(f"{url} was led on more than {MOST_REDIRECTS} times")

    def _unknown(self, url: str, why: str) -> None:
        message = (
            f"the site's build is unknown, so nobody can tell whether it changed meanwhile: {url}: {why}"
        )
        self._record.find(FindingKind.REQUEST_FAILED, message, url=self._words.base_url, about=url)


def _sought(source: BuildSource) -> str:
    if source.header is not None:
        return f"header {source.header!r}"
    if source.meta is not None:
        return f"<meta name={source.meta!r}>"
    return f"value at {source.json!r}" if source.json is not None else "text"
