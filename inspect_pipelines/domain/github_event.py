"""GitHub's webhooks as events: which field of which payload means what.

Its names differ from ours where its own are ambiguous: it has no `pull_request.merged` and no `deployment.completed`.
Only what is named here is kept; the rest of a payload stays in the inbox until its retention ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.github_checks import CHECKS
from inspect_pipelines.domain.github_deploys import DEPLOYS
from inspect_pipelines.domain.github_requests import REQUESTS
from inspect_pipelines.domain.payload import (
    LABELS,
    NAME_CHARACTERS,
    TITLE_CHARACTERS,
    Payload,
    capped_data,
)
from inspect_pipelines.domain.pushed import pushed_paths
from inspect_pipelines.domain.ref import branch_of, commit_of
from inspect_pipelines.domain.tolerant import Tolerant
from inspect_pipelines.errors import Unreadable

COMMAND = re.compile(r"/inspect(?![\w-])[ \t]*([^\r\n]*)")
BRANCH, TAG = "refs/heads/", "refs/tags/"


def github_event(base: Event, kind: str, payload: Payload) -> Event:
    """The event of a delivery.

    Args:
        base: Where it came from.
        kind: `X-GitHub-Event`.
        payload: Its body.

    Raises:
        Unreadable: We know the kind, but not in this shape.
    """
    reader = Tolerant(payload)
    action = payload.name("action")
    if kind not in READERS:
        return replace(base, type=f"{kind}.{action}" if action else kind).ignored(
            "no trigger names this kind"
        )
    base = replace(base, repo=_repo(payload), actor=reader.name("sender.login"))
    return replace(READERS[kind](base, reader, action or ""), remarks=tuple(reader.remarks))


def _pull_request(base: Event, payload: Tolerant, action: str) -> Event:
    merged = payload.strict.flag("pull_request.merged")
    kind = "merged" if action == "closed" and merged else action
    head_sha = payload.sha("pull_request.head.sha")
    event = replace(
        base,
        type=f"pull_request.{kind}",
        event_time=payload.moment(
            "pull_request.merged_at" if kind == "merged" else "pull_request.updated_at"
        ),
        branch=payload.strict.needed("pull_request.base.ref"),
        sha=payload.sha("pull_request.merge_commit_sha") or head_sha if kind == "merged" else head_sha,
        url=payload.url("pull_request.html_url"),
        author=payload.name("pull_request.user.login"),
        number=_needed_number(payload, "pull_request.number"),
        title=payload.text("pull_request.title", TITLE_CHARACTERS),
        text=payload.text("pull_request.body"),
        labels=payload.names("pull_request.labels", inner="name", at_most=LABELS),
        is_draft=payload.flag("pull_request.draft"),
        data=capped_data(
            {
                "action": action,
                "merged": merged,
                "head_sha": head_sha,
                "head_branch": payload.name("pull_request.head.ref"),
                "head_repo": payload.name("pull_request.head.repo.full_name"),
                "changed_files": payload.number("pull_request.changed_files"),
                "author_association": payload.name("pull_request.author_association"),
                "label": payload.name("label.name"),
            }
        ),
    )
    return event if kind in PULL_REQUEST_ACTIONS else event.ignored("no trigger names this action")


def _pull_request_review(base: Event, payload: Tolerant, action: str) -> Event:
    """What somebody says of a pull request; the event's author is the pull request's, the reviewer its actor."""
    head_sha = payload.sha("pull_request.head.sha")
    event = replace(
        base,
        type=f"pull_request_review.{action}",
        event_time=payload.moment("review.submitted_at"),
        branch=payload.strict.needed("pull_request.base.ref"),
        sha=head_sha,
        url=payload.url("pull_request.html_url"),
        actor=payload.name("review.user.login") or base.actor,
        author=payload.name("pull_request.user.login"),
        number=_needed_number(payload, "pull_request.number"),
        title=payload.text("pull_request.title", TITLE_CHARACTERS),
        text=payload.text("review.body"),
        labels=payload.names("pull_request.labels", inner="name", at_most=LABELS),
        is_draft=payload.flag("pull_request.draft"),
        data=capped_data(
            {
                "action": action,
                "state": payload.strict.needed("review.state").lower(),
                "reviewer": payload.name("review.user.login"),
                "reviewed_sha": payload.sha("review.commit_id"),
                "review_url": payload.text("review.html_url", NAME_CHARACTERS),
                "head_sha": head_sha,
                "head_branch": payload.name("pull_request.head.ref"),
                "head_repo": payload.name("pull_request.head.repo.full_name"),
                "author_association": payload.name("review.author_association"),
            }
        ),
    )
    return event if action == "submitted" else event.ignored("no trigger names this action")


def _push(base: Event, payload: Tolerant, action: str) -> Event:
    ref = payload.strict.needed("ref")
    commits = payload.items("commits")
    event = replace(
        base,
        type="push",
        event_time=payload.moment("head_commit.timestamp"),
        branch=ref.removeprefix(BRANCH) if ref.startswith(BRANCH) else None,
        sha=payload.sha("after"),
        url=payload.url("compare"),
        author=payload.name("head_commit.author.username"),
        title=(payload.text("head_commit.message", TITLE_CHARACTERS) or "").partition("\n")[0] or None,
        text=payload.text("head_commit.message"),
        paths=payload.or_else(None, lambda: pushed_paths(payload)),
        data=capped_data(
            {
                "ref": ref,
                "before": payload.name("before"),
                "created": payload.flag("created"),
                "forced": payload.flag("forced"),
                "commits": len(commits),
                "commit_url": payload.text("head_commit.url", NAME_CHARACTERS),
            }
        ),
    )
    if payload.strict.flag("deleted"):
        return replace(event, sha=None).ignored("the branch or tag was deleted")
    if ref.startswith(TAG):
        return replace(event, type="push.tag", paths=None, data={**event.data, "tag": ref.removeprefix(TAG)})
    return event if event.branch else event.ignored(f"{ref!r} is neither a branch nor a tag")


def _release(base: Event, payload: Tolerant, action: str) -> Event:
    tag, target = payload.strict.needed("release.tag_name"), payload.name("release.target_commitish")
    event = replace(
        base,
        type=f"release.{action}",
        event_time=payload.moment("release.published_at") or payload.moment("release.created_at"),
        branch=branch_of(target, None),
        sha=commit_of(target, None),
        url=payload.url("release.html_url"),
        author=payload.name("release.author.login"),
        title=payload.text("release.name", TITLE_CHARACTERS) or tag,
        text=payload.text("release.body"),
        is_draft=payload.flag("release.draft"),
        data=capped_data({"action": action, "tag": tag, "prerelease": payload.flag("release.prerelease")}),
    )
    return event if action in RELEASE_ACTIONS else event.ignored("no trigger names this action")


def _issues(base: Event, payload: Tolerant, action: str) -> Event:
    kind = "created" if action == "opened" else action
    event = replace(
        _of_issue(base, payload),
        type=f"issue.{kind}",
        event_time=payload.moment("issue.updated_at"),
        text=payload.text("issue.body"),
        data=capped_data(
            {
                "action": action,
                "state": payload.name("issue.state"),
                "author_association": payload.name("issue.author_association"),
                "label": payload.name("label.name"),
            }
        ),
    )
    return event if kind in ISSUE_KINDS else event.ignored("no trigger names this action")


def _issue_comment(base: Event, payload: Tolerant, action: str) -> Event:
    text = payload.strict.text("comment.body") or ""
    command = COMMAND.match(text)
    event = replace(
        _of_issue(base, payload),
        type=f"issue_comment.{action}",
        event_time=payload.moment("comment.created_at"),
        author=payload.name("comment.user.login"),
        url=payload.url("comment.html_url"),
        text=text,
        data=capped_data(
            {
                "action": action,
                "command": "/inspect" if command else None,
                "arguments": command.group(1).strip() if command else None,
                "author_association": payload.name("comment.author_association"),
                "is_pull_request": payload.at("issue.pull_request") is not None,
                "pull_request_url": payload.url("issue.pull_request.html_url"),
                "comment_id": payload.number("comment.id"),
            }
        ),
    )
    if action != "created":
        return event.ignored("only a new comment is an event")
    return event if command else event.ignored("the comment does not begin with /inspect")


PULL_REQUEST_ACTIONS = (
    *("merged", "opened", "synchronize", "reopened", "ready_for_review", "labeled", "unlabeled", "closed"),
)
ISSUE_KINDS = ("created", "labeled", "unlabeled")
RELEASE_ACTIONS = ("published", "released", "prereleased")
READERS: Mapping[str, Callable[[Event, Tolerant, str], Event]] = {
    "pull_request": _pull_request,
    "pull_request_review": _pull_request_review,
    "push": _push,
    **DEPLOYS,
    "release": _release,
    "issues": _issues,
    "issue_comment": _issue_comment,
    **CHECKS,
    **REQUESTS,
}


def _repo(payload: Payload) -> str:
    found = payload.repo("repository.full_name")
    if found is None:
        raise Unreadable("repository.full_name is missing")
    return found


def _needed_number(payload: Tolerant, path: str) -> int:
    found = payload.strict.number(path)
    if found is None:
        raise Unreadable(f"{path} is missing")
    return found


def _of_issue(base: Event, payload: Tolerant) -> Event:
    return replace(
        base,
        url=payload.url("issue.html_url"),
        author=payload.name("issue.user.login"),
        number=_needed_number(payload, "issue.number"),
        title=payload.text("issue.title", TITLE_CHARACTERS),
        labels=payload.names("issue.labels", inner="name", at_most=LABELS),
    )
