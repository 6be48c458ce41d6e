"""GitHub's API, as far as events need it: a pull request's files, and deliveries that did not arrive."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import Refused, Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.code_host import FailedDelivery

PAGE = 100
MOST_FILES = 3000  # GitHub lists no more of a pull request
MOST_PAGES = 50  # of deliveries in one look
TRIES = 3
BACKOFF_SECONDS = (0.5, 2.0)  # between tries of one call; whoever calls tries again later
PATIENCE_SECONDS = 5.0  # a wait that GitHub asks for is waited out here when it is no longer
SECONDARY_SECONDS = 60.0  # GitHub's advice for a secondary limit that names no time
CACHED_PAGES = 200
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
REPO = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9_.-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Page:
    etag: str
    body: Any
    next_url: str | None


class GitHub:
    """`ports.CodeHost`; the token of a source is resolved for each call and kept nowhere.

    Args:
        source: Looks up a source by its id.
        clock: For waits.
    """

    def __init__(self, source: Callable[[SourceId], Source | None], clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._client = httpx.Client(
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,  # a renamed repository; httpx drops the token when the host changes
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        )
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._not_before: dict[
            str, float
        ] = {}  # source -> monotonic time before which GitHub wants no question

    def close(self) -> None:
        self._client.close()

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        asked = f"asking GitHub for the files of {repo}#{number}"
        if not REPO.fullmatch(repo):
            raise Refused(f"{asked} failed: {repo!r} is not a repository")
        source = self._known(source_id, asked)
        pull = f"{source.api_url}/repos/{repo}/pulls/{number}"
        paths: dict[str, None] = {}
        files = 0
        for body in self._all_pages(source, f"{pull}/files?per_page={PAGE}", asked, MOST_FILES // PAGE):
            for entry in _entries(body, asked):
                files += 1
                for key in ("filename", "previous_filename"):
                    if isinstance(name := entry.get(key), str):
                        paths[name] = None
        if files >= MOST_FILES:
            count = self._get(source, pull, asked).body.get("changed_files")
            if not isinstance(count, int) or count > files:
                raise Refused(f"{asked} failed: it changes {count} files, and GitHub lists {files} of them")
        return tuple(paths)

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        asked = f"asking GitHub for the failed deliveries of {source_id!r}"
        source = self._known(source_id, asked)
        url = f"{source.api_url}/{_hook(source, asked)}/deliveries?per_page={PAGE}"
        newest: dict[str, FailedDelivery | None] = {}  # guid -> its newest attempt, None when that arrived
        for body in self._all_pages(source, url, asked, MOST_PAGES):
            for entry in _entries(body, asked):
                delivery, arrived = _delivery(entry, asked)
                if delivery.delivered_at < since:
                    return _failed(newest)
                newest.setdefault(delivery.guid, None if arrived else delivery)
        return _failed(newest)

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
        asked = f"asking GitHub to deliver {delivery.guid!r} again"
        source = self._known(source_id, asked)
        url = f"{source.api_url}/{_hook(source, asked)}/deliveries/{delivery.id}/attempts"
        self._ask(source, "POST", url, asked, {})

    def _known(self, source_id: SourceId, asked: str) -> Source:
        source = self._source(source_id)
        if source is None:
            raise Refused(f"{asked} failed: organization.yaml has no source {source_id!r} any more")
        if source.token is None:
            raise Refused(f"{asked} failed: source {source_id!r} has no token; add one in organization.yaml")
        return source

    def _all_pages(self, source: Source, url: str, asked: str, most: int) -> Iterator[Any]:
        following: str | None = url
        for _ in range(most):
            if following is None:
                return
            page = self._get(source, following, asked)
            yield page.body
            following = page.next_url

    def _get(self, source: Source, url: str, asked: str) -> Page:
        """One page, from memory when GitHub says that it is the same: such an answer does not count to its limits."""
        key = (source.id, url)
        known = self._pages.get(key)
        reply = self._ask(source, "GET", url, asked, {"If-None-Match": known.etag} if known else {})
        if reply.status_code == httpx.codes.NOT_MODIFIED and known:
            self._pages.move_to_end(key)
            return known
        try:
            page = Page(reply.headers.get("etag", ""), reply.json(), _next(reply, source))
        except ValueError as error:
            raise Unavailable(f"{asked} failed: the answer is not JSON") from error
        if page.etag:
            self._pages[key] = page
            while len(self._pages) > CACHED_PAGES:
                self._pages.popitem(last=False)
        return page

    def _ask(
        self, source: Source, method: str, url: str, asked: str, headers: Mapping[str, str]
    ) -> httpx.Response:
        """The answer to a question that GitHub took; waits and tries again for a few seconds at most."""
        problem = ""
        for number in range(TRIES):
            if number:
                self._clock.sleep(BACKOFF_SECONDS[number - 1])
            wait = self._not_before.get(source.id, 0.0) - self._clock.monotonic()
            if wait > PATIENCE_SECONDS:
                raise Unavailable(f"{asked} must wait: GitHub wants no question for {wait:.0f} s")
            if wait > 0:
                self._clock.sleep(wait)
            try:
                reply = self._client.request(
                    method, url, headers={**headers, "Authorization": f"Bearer {_token(source, asked)}"}
                )
            except httpx.HTTPError as error:
                problem = f"no answer ({type(error).__name__})"
                continue
            if reply.is_success or reply.status_code == httpx.codes.NOT_MODIFIED:
                return reply
            problem = f"GitHub answered {reply.status_code}"
            pause = self._pause(reply)
            if pause is not None:
                self._not_before[source.id] = self._clock.monotonic() + pause
            elif reply.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise Refused(f"{asked} failed: {problem}; check the token of source {source.id!r}")
        raise Unavailable(f"{asked} failed: {problem}")

    def _pause(self, reply: httpx.Response) -> float | None:
        """How many seconds GitHub wants no question, by its primary or a secondary limit; None: it is no limit."""
        if reply.status_code not in (httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS):
            return None
        after, reset = reply.headers.get("retry-after", ""), reply.headers.get("x-ratelimit-reset", "")
        if after.isdigit():
            return float(after[:6])
        if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            return max(1.0, float(reset[:12]) - self._clock.now().timestamp())
        is_limit = reply.status_code == httpx.codes.TOO_MANY_REQUESTS or "rate limit" in reply.text[:2000]
        return SECONDARY_SECONDS if is_limit else None


def _token(source: Source, asked: str) -> str:
    try:
        token = resolve_secret(source.token or "")
    except UsageError as error:
        raise Refused(f"{asked} failed: {error}") from error
    if not token.isascii():  # it could not be sent; the error would quote it
        raise Refused(f"{asked} failed: the token of source {source.id!r} is not ASCII; check it")
    return token


def _hook(source: Source, asked: str) -> str:
    if source.hook is None:
        raise Refused(f"{asked} failed: the source names no hook; add one in organization.yaml")
    return source.hook


def _next(reply: httpx.Response, source: Source) -> str | None:
    """The next page's address, when it is the same server's: no other one gets the token."""
    url = reply.links.get("next", {}).get("url")
    if url is None or urlsplit(url)[:2] != urlsplit(source.api_url)[:2]:
        return None
    return url


def _entries(body: Any, asked: str) -> list[Mapping[str, Any]]:
    if not isinstance(body, list) or not all(isinstance(entry, dict) for entry in body):
        raise Unavailable(f"{asked} failed: the answer is not the list that GitHub documents")
    return body


def _delivery(entry: Mapping[str, Any], asked: str) -> tuple[FailedDelivery, bool]:
    """An attempt, and whether it arrived."""
    try:
        at = datetime.fromisoformat(entry["delivered_at"]).astimezone(UTC)
        delivery = FailedDelivery(int(entry["id"]), str(entry["guid"]), at)
        return delivery, 200 <= int(entry["status_code"]) < 300
    except (LookupError, TypeError, ValueError) as error:
        raise Unavailable(f"{asked} failed: an attempt is not as GitHub documents it") from error


def _failed(newest: Mapping[str, FailedDelivery | None]) -> list[FailedDelivery]:
    failed = [delivery for delivery in newest.values() if delivery is not None]
    return sorted(failed, key=lambda delivery: (delivery.delivered_at, delivery.id))
