"""GitHub's API, as far as events need it: pull requests and their previews, reactions, deliveries that did not arrive."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.source import GITHUB_API, Source
from inspect_pipelines.errors import ChannelError, InspectError, Refused, Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.code_host import FailedDelivery, PullRequest
from resources.code_host.pulls import as_pull_request, preview_of
from resources.http.outgoing import Answer, Outgoing
from resources.http.trust import Trust

PAGE = 100
MOST_FILES = 3000  # GitHub lists no more of a pull request
MULTIPLE_CHOICES, NOT_MODIFIED = 300, 304
MOST_PAGES = 50  # of deliveries in one look
CACHED_PAGES = 200
MOST_DEPLOYMENTS = 10  # of one commit that are looked at, the newest
ANSWER_SECONDS, QUESTION_SECONDS = 20.0, 120.0  # one page; all pages of a question
MOST_BYTES = 20_000_000  # a page of a hundred files holds their patches
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
REPO = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9_.-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Page:
    etag: str
    body: Any
    next_url: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one source, by one way out with its time limit."""

    asked: str
    source: Source
    token: str
    outgoing: Outgoing

    def failed(self, error: ChannelError) -> InspectError:
        if error.retry_may_help:
            return Unavailable(f"{self.asked} failed: {error}")
        return Refused(f"{self.asked} failed: {error}; check the token of source {self.source.id!r}")


class GitHub:
    """`ports.CodeHost`; the token of a source is resolved for each question and kept nowhere.

    Nothing is asked twice here: who asks keeps what waits for the answer, and asks again later.

    Args:
        source: Looks up a source by its id.
    """

    def __init__(self, source: Callable[[SourceId], Source | None], clock: Clock) -> None:
        self._source, self._clock, self._trust = source, clock, Trust(clock)
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        # source -> monotonic time before which GitHub wants no question
        self._not_before: dict[str, float] = {}

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        asked = f"asking GitHub for the files of {repo}#{number}"
        question = self._question_about(source_id, repo, asked)
        source = question.source
        pull = f"{source.api_url}/repos/{repo}/pulls/{number}"
        paths: dict[str, None] = {}
        files = 0
        for body in self._all_pages(question, f"{pull}/files?per_page={PAGE}", MOST_FILES // PAGE):
            for entry in _entries(body, asked):
                files += 1
                for key in ("filename", "previous_filename"):
                    if isinstance(name := entry.get(key), str):
                        paths[name] = None
        if files >= MOST_FILES:
            count = self._get(question, pull).body.get("changed_files")
            if not isinstance(count, int) or count > files:
                raise Refused(f"{asked} failed: it changes {count} files, and GitHub lists {files} of them")
        return tuple(paths)

    def pull_request(self, source_id: SourceId, repo: str, number: int) -> PullRequest:
        asked = f"asking GitHub for the head of {repo}#{number}"
        question = self._question_about(source_id, repo, asked)
        found = self._get(question, f"{question.source.api_url}/repos/{repo}/pulls/{number}").body
        return as_pull_request(found, asked)

    def preview_url(self, source_id: SourceId, repo: str, sha: str) -> str:
        asked = f"asking GitHub for the deployments of {repo}@{sha[:12]}"
        question = self._question_about(source_id, repo, asked)
        deployments = f"{question.source.api_url}/repos/{repo}/deployments"
        goes_on = False
        for entry in _entries(self._get(question, f"{deployments}?sha={sha}&per_page=30").body, asked)[
            :MOST_DEPLOYMENTS
        ]:
            address = f"{deployments}/{int(entry.get('id') or 0)}/statuses?per_page=1"
            url, is_open = preview_of(_entries(self._get(question, address).body, asked))
            if url:
                return url
            goes_on |= is_open
        if goes_on:
            raise Unavailable(f"{asked} must wait: a deployment goes on")
        raise Refused(f"{asked} failed: it has no successful deployment with an address")

    def react(self, source_id: SourceId, repo: str, comment_id: int, reaction: str) -> None:
        asked = f"reacting to the comment {comment_id} of {repo}"
        question = self._question_about(source_id, repo, asked)
        url = f"{question.source.api_url}/repos/{repo}/issues/comments/{comment_id}/reactions"
        self._ask(question, "POST", url, body={"content": reaction})

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        asked = f"asking GitHub for the failed deliveries of {source_id!r}"
        question = self._question(source_id, asked)
        url = f"{question.source.api_url}/{_hook(question.source, asked)}/deliveries?per_page={PAGE}"
        newest: dict[str, FailedDelivery | None] = {}  # guid -> its newest attempt, None when that arrived
        for body in self._all_pages(question, url, MOST_PAGES):
            for entry in _entries(body, asked):
                delivery, arrived = _delivery(entry, asked)
                if delivery.delivered_at < since:
                    return _failed(newest)
                newest.setdefault(delivery.guid, None if arrived else delivery)
        return _failed(newest)

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
        asked = f"asking GitHub to deliver {delivery.guid!r} again"
        question = self._question(source_id, asked)
        hook = _hook(question.source, asked)
        self._ask(question, "POST", f"{question.source.api_url}/{hook}/deliveries/{delivery.id}/attempts")

    def _question_about(self, source_id: SourceId, repo: str, asked: str) -> Question:
        if not REPO.fullmatch(repo):
            raise Refused(f"{asked} failed: {repo!r} is not a repository")
        return self._question(source_id, asked)

    def _question(self, source_id: SourceId, asked: str) -> Question:
        source = self._source(source_id)
        if source is None:
            raise Refused(f"{asked} failed: organization.yaml has no source {source_id!r} any more")
        if source.token is None:
            raise Refused(f"{asked} failed: source {source_id!r} has no token; add one in organization.yaml")
        token = _token(source, asked)
        host = urlsplit(source.api_url).hostname or ""
        outgoing = Outgoing(
            "GitHub",
            self._clock,
            self._trust,
            timeout_seconds=ANSWER_SECONDS,
            whole_seconds=QUESTION_SECONDS,
            most_bytes=MOST_BYTES,
            # An Enterprise server that a person wrote down may be in our own networks; whatever it leads to may not.
            allow_private=() if source.api_url == GITHUB_API else (host,),
            secrets=(token,),
        )
        return Question(asked, source, token, outgoing)

    def _all_pages(self, question: Question, url: str, most: int) -> Iterator[Any]:
        following: str | None = url
        for _ in range(most):
            if following is None:
                return
            page = self._get(question, following)
            yield page.body
            following = page.next_url

    def _get(self, question: Question, url: str) -> Page:
        """One page, from memory when GitHub says that it is the same: such an answer does not count to its limits."""
        key = (question.source.id, url)
        known = self._pages.get(key)
        answer = self._ask(question, "GET", url, {"If-None-Match": known.etag} if known else {})
        if answer.status == NOT_MODIFIED and known:
            self._pages.move_to_end(key)
            return known
        body = answer.json()
        if body is None:
            raise Unavailable(f"{question.asked} failed: the answer is not JSON")
        page = Page(answer.headers.get("etag", ""), body, _next(answer, question.source))
        if page.etag:
            self._pages[key] = page
            while len(self._pages) > CACHED_PAGES:
                self._pages.popitem(last=False)
        return page

    def _ask(
        self,
        question: Question,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a question that GitHub took."""
        source, outgoing = question.source, question.outgoing
        wait = self._not_before.get(source.id, 0.0) - self._clock.monotonic()
        if wait > 0:
            raise Unavailable(f"{question.asked} must wait: GitHub wants no question for {wait:.0f} s")
        given = {**HEADERS, "Authorization": f"Bearer {question.token}", **(headers or {})}
        try:
            answer = outgoing.send(method, url, headers=given, json_body=body, may=range(300, 600))
        except ChannelError as error:
            raise question.failed(error) from None
        if answer.status == NOT_MODIFIED or answer.status < MULTIPLE_CHOICES:
            return answer
        pause = outgoing.peace_wanted(answer)
        if pause is not None:
            self._not_before[source.id] = self._clock.monotonic() + pause
        raise question.failed(outgoing.refusal(answer))


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


def _next(answer: Answer, source: Source) -> str | None:
    """The next page's address, when it is the same server's: no other one gets the token."""
    url = answer.links.get("next")
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
