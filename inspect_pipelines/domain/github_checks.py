"""What CI tells at GitHub: statuses, checks, workflows and merge queues as events."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.payload import TITLE_CHARACTERS, Payload, capped_data
from inspect_pipelines.domain.ref import branch_of
from inspect_pipelines.domain.tolerant import Tolerant

OUR_STATUSES = "inspect-pipelines/"  # how the contexts of our own commit statuses begin
OF_QUEUE = re.compile(r"/pr-([0-9]{1,10})-[0-9a-f]{7,64}$")  # refs/heads/gh-readonly-queue/main/pr-104-5a1e..
MOST_BRANCHES = 100


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
    return event if action == "completed" else event.ignored("it has not completed")


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
    return event if action == "completed" else event.ignored("it has not completed")


def _check_run(base: Event, payload: Tolerant, action: str) -> Event:
    event = replace(
        base,
        type=f"check_run.{action}",
        event_time=payload.moment("check_run.completed_at"),
        branch=payload.name("check_run.check_suite.head_branch"),
        sha=payload.sha("check_run.head_sha"),
        url=payload.url("check_run.details_url") or payload.url("check_run.html_url"),
        number=_only_pull_request(payload, "check_run.pull_requests"),
        title=payload.text("check_run.output.title", TITLE_CHARACTERS),
        data=capped_data(
            {
                "name": payload.strict.needed("check_run.name"),
                "conclusion": payload.name("check_run.conclusion"),
                "app": payload.name("check_run.app.slug"),
                "external_id": payload.name("check_run.external_id"),
                "summary": payload.text("check_run.output.summary"),
            }
        ),
    )
    return event if action == "completed" else event.ignored("it has not completed")


def _status(base: Event, payload: Tolerant, action: str) -> Event:
    """A commit status; where a deploy service sets it, its address is the preview's."""
    state, context = payload.strict.needed("state"), payload.name("context") or "default"
    branches = payload.names("branches", inner="name", at_most=MOST_BRANCHES)
    usual = payload.name("repository.default_branch")
    event = replace(
        base,
        type="status",
        event_time=payload.moment("updated_at") or payload.moment("created_at"),
        branch=usual if usual in branches else next(iter(branches), None),
        sha=payload.sha("sha"),
        url=payload.url("target_url"),
        author=payload.name("commit.author.login"),
        title=payload.text("description", TITLE_CHARACTERS),
        data=capped_data({"state": state, "context": context, "branches": list(branches)}),
    )
    if context.startswith(OUR_STATUSES):  # or each run would start the next one
        return event.ignored(f"{context!r} is a status of our own")
    return event.ignored("it is still 'pending'") if state == "pending" else event


def _merge_group(base: Event, payload: Tolerant, action: str) -> Event:
    """A merge queue asks whether what it made of main and some pull requests is good."""
    ref = payload.strict.needed("merge_group.head_ref")
    found = OF_QUEUE.search(ref)
    message = payload.text("merge_group.head_commit.message")
    event = replace(
        base,
        type=f"merge_group.{action}",
        event_time=payload.moment("merge_group.head_commit.timestamp"),
        branch=branch_of(payload.name("merge_group.base_ref"), None),
        sha=payload.sha("merge_group.head_sha"),
        number=int(found.group(1)) if found else None,
        title=(message or "").partition("\n")[0][:TITLE_CHARACTERS] or None,
        text=message,
        data=capped_data(
            {
                "action": action,
                "head_branch": branch_of(ref, None),
                "base_sha": payload.sha("merge_group.base_sha"),
            }
        ),
    )
    return event if action == "checks_requested" else event.ignored("the queue gave it up")


def _only_pull_request(payload: Tolerant, path: str) -> int | None:
    """The number of the pull request it belongs to, when that is a single one."""
    found = payload.items(path)
    if len(found) != 1:
        return None
    return payload.or_else(None, lambda: Payload(found[0], f"{path}[]").number("number"))


CHECKS: Mapping[str, Callable[[Event, Tolerant, str], Event]] = {
    "workflow_run": _workflow_run,
    "check_suite": _check_suite,
    "check_run": _check_run,
    "status": _status,
    "merge_group": _merge_group,
}
