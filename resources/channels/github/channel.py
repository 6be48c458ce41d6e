"""GitHub: the commit's status, and one comment on the pull request that is edited in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from inspect_pipelines.domain.message import CommitContext, Message
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.ports.channel import Receipt
from resources.channels.github.comment import MARKER, merged, section
from resources.channels.github.status import status
from resources.channels.telling import message_of
from resources.channels.who import People
from resources.http.outgoing import Outgoing

PER_PAGE = 100
MAX_PAGES = 10  # a pull request with a thousand comments gets a new one of ours
REPO = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class GithubChannel:
    """Writes as whoever the token belongs to: a person, or an app."""

    def __init__(self, outgoing: Outgoing, url: str, token: str, people: People) -> None:
        self._outgoing = outgoing
        self._url = url.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._people = people

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Set the status, then write the comment; both may be repeated."""
        message = message_of(notification)
        commit = message.commit
        if commit is None or (commit.sha is None and commit.pull_request is None):
            return Receipt("no commit and no pull request belong to it: nothing was written to GitHub")
        if not REPO.fullmatch(commit.repo) or ".." in commit.repo:
            raise self._outgoing.error(
                f"cannot be told: {commit.repo!r} is not a repository; write 'owner/name'", is_permanent=True
            )
        if commit.sha is not None and not SHA.fullmatch(commit.sha):
            raise self._outgoing.error(
                f"cannot be told: {commit.sha!r} is not a commit's sha", is_permanent=True
            )
        done = []
        if commit.sha is not None:
            self._ask("POST", f"/repos/{commit.repo}/statuses/{commit.sha}", status(message))
            done.append(f"status of {commit.sha[:12]}")
        comment = self._comment(commit, message, thread) if commit.pull_request is not None else None
        if comment is not None:
            done.append(f"comment {comment} on #{commit.pull_request}")
        where = {"comment": str(comment)} if comment is not None else {}
        return Receipt(f"GitHub {commit.repo}: {', '.join(done)}", where)

    def _comment(self, commit: CommitContext, message: Message, thread: Mapping[str, str]) -> int:
        """The id of the comment that now says it."""
        mine = section(message, self._people)
        for number, before in self._candidates(commit, thread):
            path = f"/repos/{commit.repo}/issues/comments/{number}"
            answer = self._ask("PATCH", path, {"body": merged(before, mine)}, may=(403, 404))
            if answer is not None:
                return number
        created = self._ask(
            "POST", f"/repos/{commit.repo}/issues/{commit.pull_request}/comments", {"body": merged("", mine)}
        )
        if not isinstance(created, dict) or not isinstance(created.get("id"), int):
            raise self._outgoing.error("answers without a comment's id; check its url", is_permanent=True)
        return int(created["id"])

    def _candidates(self, commit: CommitContext, thread: Mapping[str, str]) -> list[tuple[int, str]]:
        """Our comments with their text: the one that the thread knows, else those found by the marker, oldest first."""
        if thread.get("comment", "").isdecimal():
            number = int(thread["comment"])
            known = self._ask("GET", f"/repos/{commit.repo}/issues/comments/{number}", may=(404,))
            if isinstance(known, dict):
                return [(number, str(known.get("body") or ""))]
        found = []
        for page in range(1, MAX_PAGES + 1):
            path = (
                f"/repos/{commit.repo}/issues/{commit.pull_request}/comments?per_page={PER_PAGE}&page={page}"
            )
            listed = self._ask("GET", path)
            comments = listed if isinstance(listed, list) else []
            found += [one for one in comments if str(one.get("body") or "").startswith(MARKER)]
            if len(comments) < PER_PAGE:
                break
        if not found:
            return []
        # Anybody may write the marker: only what our own account wrote is ours to edit.
        me = self._ask("GET", "/user", may=(401, 403, 404))
        login = me.get("login") if isinstance(me, dict) else None
        return [(int(one["id"]), str(one["body"])) for one in found if _is_ours(one.get("user") or {}, login)]

    def _ask(self, method: str, path: str, body: Any = None, may: tuple[int, ...] = ()) -> Any:
        """The answer's JSON; None for a status of `may`."""
        address = f"{self._url}{quote(path, safe='/?&=')}"
        answer = self._outgoing.send(method, address, headers=self._headers, json_body=body, may=may)
        if answer.status >= 300:
            known = self._outgoing.refusal(answer)
            if known.retry_may_help:  # a 403 that is a limit
                raise known
            return None
        return answer.json()


def _is_ours(user: Mapping[str, Any], login: str | None) -> bool:
    """An app's token may not ask who it is; its comments are a bot's."""
    return user.get("login") == login if login is not None else user.get("type") == "Bot"
