"""GitHub's webhooks as events: which field of which payload means what.

Its names differ from ours where its own are ambiguous: it has no `pull_request.merged` and no `deployment.completed`.
Only what is named here is kept; the rest of a payload stays in the inbox until its retention ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_pipelines.domain.event import Event, EventStatus
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
BRANCH = "refs/heads/"


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
        return _ignored(
            replace(base, type=f"{kind}.{action}" if action else kind), "no trigger names this kind"
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
    return event if kind in PULL_REQUEST_ACTIONS else _ignored(event, "no trigger names this action")


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
        return _ignored(replace(event, sha=None), "the branch was deleted")
    return event if event.branch else _ignored(event, f"{ref!r} is not a branch")


def _deployment_status(base: Event, payload: Tolerant, action: str) -> Event:
    state = payload.strict.needed("deployment_status.state")
    sha, ref = payload.sha("deployment.sha"), payload.name("deployment.ref")
    event = replace(
        base,
        type=f"deployment.{DEPLOYMENT_STATES.get(state, state)}",
        event_time=payload.moment("deployment_status.created_at"),
        branch=branch_of(ref, sha),
        sha=sha or commit_of(ref, sha),
        environment=payload.name("deployment_status.environment")
        or payload.strict.needed("deployment.environment"),
        url=payload.url("deployment_status.environment_url") or payload.url("deployment_status.target_url"),
        author=payload.name("deployment.creator.login"),
        title=payload.text("deployment_status.description", TITLE_CHARACTERS),
        data=capped_data(
            {
                "state": state,
                "task": payload.name("deployment.task"),
                "deployment_id": payload.number("deployment.id"),
                "production": payload.flag("deployment.production_environment"),
                "transient": payload.flag("deployment.transient_environment"),
                "log_url": payload.text("deployment_status.log_url", NAME_CHARACTERS),
            }
        ),
    )
    return event if state in DEPLOYMENT_STATES else _ignored(event, f"it is still {state!r}")


def _release(base: Event, payload: Tolerant, action: str) -> Event:
    tag, target = payload.strict.needed("release.tag_name"), payload.name("release.target_commitish")
    event = replace(
        base,
        type=f"release.{action}",
        event_time=payload.moment("release.published_at"),
        branch=branch_of(target, None),
        sha=commit_of(target, None),
        url=payload.url("release.html_url"),
        author=payload.name("release.author.login"),
        title=payload.text("release.name", TITLE_CHARACTERS) or tag,
        text=payload.text("release.body"),
        is_draft=payload.flag("release.draft"),
        data=capped_data({"action": action, "tag": tag, "prerelease": payload.flag("release.prerelease")}),
    )
    return event if action == "published" else _ignored(event, "only a published release is an event")


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
    return event if kind in ("created", "labeled") else _ignored(event, "no trigger names this action")


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
            }
        ),
    )
    if action != "created":
        return _ignored(event, "only a new comment is an event")
    return event if command else _ignored(event, "the comment does not begin with /inspect")


def _workflow_run(base: Event, payload: Tolerant, action: str) -> Event:
    event = replace(
        base,
        type=f"workflow_run.{action}",
        event_time=payload.moment("workflow_run.updated_at"),
        branch=payload.name("workflow_run.head_branch"),
        sha=payload.sha("workflow_run.head_sha"),
        url=payload.url("workflow_run.html_url"),
        author=payload.name("workflow_run.actor.login"),
        number=_only_pull_request(payload, "workflow_run.pull_requests"),
        title=payload.text("workflow_run.display_title", TITLE_CHARACTERS),
        data=capped_data(
            {
                "workflow": payload.name("workflow_run.name"),
                "conclusion": payload.name("workflow_run.conclusion"),
                "event": payload.name("workflow_run.event"),
                "attempt": payload.number("workflow_run.run_attempt"),
            }
        ),
    )
    return event if action == "completed" else _ignored(event, "it has not completed")


def _check_suite(base: Event, payload: Tolerant, action: str) -> Event:
    app = payload.name("check_suite.app.slug")
    event = replace(
        base,
        type=f"check_suite.{action}",
        event_time=payload.moment("check_suite.updated_at"),
        branch=payload.name("check_suite.head_branch"),
        sha=payload.sha("check_suite.head_sha"),
        number=_only_pull_request(payload, "check_suite.pull_requests"),
        data=capped_data({"conclusion": payload.name("check_suite.conclusion"), "app": app}),
    )
    return event if action == "completed" else _ignored(event, "it has not completed")


PULL_REQUEST_ACTIONS = ("merged", "opened", "synchronize", "reopened", "labeled", "closed")
DEPLOYMENT_STATES: Mapping[str, str] = {"success": "completed", "failure": "failed", "error": "failed"}
READERS: Mapping[str, Callable[[Event, Tolerant, str], Event]] = {
    "pull_request": _pull_request,
    "push": _push,
    "deployment_status": _deployment_status,
    "release": _release,
    "issues": _issues,
    "issue_comment": _issue_comment,
    "workflow_run": _workflow_run,
    "check_suite": _check_suite,
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


def _only_pull_request(payload: Tolerant, path: str) -> int | None:
    """The number of the pull request it belongs to, when that is a single one."""
    found = payload.items(path)
    if len(found) != 1:
        return None
    return payload.or_else(None, lambda: Payload(found[0], f"{path}[]").number("number"))


def _ignored(event: Event, why: str) -> Event:
    return replace(event, status=EventStatus.IGNORED, problem=why)
