"""Match: whether an event starts a trigger's run, with a reason for every no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.asked import COMMENT, Unknown, arguments_taken, unknowns
from inspect_pipelines.domain.command import command_of
from inspect_pipelines.domain.condition import Search, unmet
from inspect_pipelines.domain.event import Event, SourceKind
from inspect_pipelines.domain.event_data import ARGS
from inspect_pipelines.domain.glob import any_included, included, literal
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.domain.trigger import Trigger

# The events that triggers may name besides those of generic sources, and which of a trigger's keys each can answer.
PULL_REQUEST = frozenset({"repo", "branches", "paths", "labels", "authors", "drafts"})
EVENT_KEYS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("pull_request.merged", "pull_request.opened", "pull_request.synchronize"),
            *("pull_request.reopened", "pull_request.ready_for_review", "pull_request.labeled"),
            *("pull_request.unlabeled", "pull_request.closed", "pull_request_review.submitted"),
        ),
        PULL_REQUEST,
    ),
    "push": frozenset({"repo", "branches", "paths", "authors"}),
    "push.tag": frozenset({"repo", "authors"}),
    "create.branch": frozenset({"repo", "branches", "authors"}),
    "create.tag": frozenset({"repo", "authors"}),
    **dict.fromkeys(
        ("deployment.created", "deployment.completed", "deployment.failed", "deployment.inactive"),
        frozenset({"repo", "branches", "environment", "authors"}),
    ),
    **dict.fromkeys(
        (
            *("release.published", "release.released", "release.prereleased", "status"),
            *("check_run.completed", "check_suite.completed", "workflow_run.completed"),
            *("merge_group.checks_requested", "repository_dispatch", "workflow_dispatch"),
        ),
        frozenset({"repo", "branches", "authors"}),
    ),
    **dict.fromkeys(
        ("issue.created", "issue.labeled", "issue.unlabeled"), frozenset({"repo", "labels", "authors"})
    ),
    COMMENT: frozenset({"repo", "branches", "paths", "labels", "authors"}),
}
CHANGED_PATHS = "changed_paths"
# What only some events bring: those that have this key, or whose name begins so.
ONLY_WITH = {
    CHANGED_PATHS: ("paths",),
    "environment": ("environment",),
    "deploy_url": ("deployment.", "status", "issue_comment."),
    "pr_url": ("pull_request.", "pull_request_review.", "issue_comment."),
    "commit_url": ("push",),
    "tag": ("push.tag", "create.tag", "release.", "workflow_dispatch"),
}
# How the events of a kind of delivery begin, where that is not the kind's own name.
OF_DELIVERIES = {
    "issues": "issue",
    **dict.fromkeys(("deployment_status", "deploy", *(kind.value for kind in MAPPINGS)), "deployment"),
}
TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})  # of GitHub's author_association: who may command


NOT_KNOWN = {
    Unknown.PATHS: "its changed paths are not known",
    Unknown.PULL: "the head of its pull request is not known",
    Unknown.PREVIEW: "the preview of its pull request is not known",
}


class Fit(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # it hangs on changed paths or a pull request that nobody knows yet


@dataclass(frozen=True, slots=True)
class Match:
    """What a trigger says to an event; `reason` says why not, or what decided."""

    answer: Fit
    reason: str
    is_refused_command: bool = False  # the trigger was meant; whoever commanded should hear of the no


def match(event: Event, trigger: Trigger, *, search: Search) -> Match:
    """Whether the event starts a run of the trigger.

    Args:
        search: Finds a pattern in a text, in linear time.
    """
    no = next((reason for reason in _refusals(event, trigger, search) if reason), None)
    if no is not None:
        return Match(Fit.NO, no)
    no = _command(event, trigger)
    if no is not None:
        return Match(Fit.NO, no, is_refused_command=event.type == COMMENT)
    if missing := unknowns(event, trigger):
        return Match(Fit.UNKNOWN, NOT_KNOWN[missing[0]])
    if not trigger.paths or event.paths is None:
        return Match(Fit.YES, f"{event.type} {_place(event)}".strip())
    path = any_included(trigger.paths, event.paths)
    if path is None:
        globs = ", ".join(trigger.paths)
        return Match(Fit.NO, f"none of its {len(event.paths)} changed paths is in {globs}")
    return Match(Fit.YES, f"changed path {path!r}")


def ever_brings(event: str, name: str) -> bool:
    """Whether events of this type may bring the value of `{{name}}`; of a generic source's nobody knows."""
    if name.startswith(ARGS):
        return event == COMMENT
    keys = EVENT_KEYS.get(event)
    if keys is None or name not in ONLY_WITH:
        return True
    return any(needed in keys or event.startswith(needed) for needed in ONLY_WITH[name])


def lacking(event: Event, trigger: Trigger, *, search: Search) -> tuple[Unknown, ...]:
    """What alone is missing for an answer."""
    is_open = match(event, trigger, search=search).answer is Fit.UNKNOWN
    return unknowns(event, trigger) if is_open else ()


def may_concern(event: Event, trigger: Trigger) -> bool:
    """Whether an event that could not be read, so that only the kind of its delivery is known, may be one of the trigger's."""
    if not trigger.enabled or event.org_id != trigger.org_id or trigger.source not in (None, event.source_id):
        return False
    if event.source_kind is SourceKind.GENERIC:
        return trigger.source == event.source_id
    start = OF_DELIVERIES.get(event.type, event.type)
    return trigger.event == start or trigger.event.startswith(f"{start}.")


def _refusals(event: Event, trigger: Trigger, search: Search) -> Iterator[str | None]:
    """Each condition's no, cheap ones first; whoever stops at the first never looks at what hangs on the ones before."""
    if event.org_id != trigger.org_id:
        yield f"the event is of organisation {event.org_id!r}"
    if event.type != trigger.event:
        yield f"the event is {event.type!r}, not {trigger.event!r}"
    if not trigger.enabled:
        yield f"{trigger.id!r} is switched off (enabled: false)"
    yield from (check(event, trigger) for check in CHECKS)
    for condition in trigger.conditions:
        yield unmet(condition, event.data, search)


def _source(event: Event, trigger: Trigger) -> str | None:
    if trigger.source is None or trigger.source == event.source_id:
        return None
    return f"it came from source {event.source_id!r}, not {trigger.source!r}"


def _repo(event: Event, trigger: Trigger) -> str | None:
    if trigger.repo is None or (event.repo and included([trigger.repo], event.repo, ignore_case=True)):
        return None
    return f"repository {event.repo or 'unknown'!r} is not {trigger.repo!r}"


def _branches(event: Event, trigger: Trigger) -> str | None:
    if event.type == COMMENT and Unknown.PULL in unknowns(event, trigger):
        return None
    if not trigger.branches or (event.branch and included(trigger.branches, event.branch)):
        return None
    return f"branch {event.branch or 'unknown'!r} is not in {', '.join(trigger.branches)}"


def _environment(event: Event, trigger: Trigger) -> str | None:
    wanted = trigger.environment
    if wanted is None or (event.environment and included([wanted], event.environment, ignore_case=True)):
        return None
    return f"environment {event.environment or 'unknown'!r} is not {wanted!r}"


def _draft(event: Event, trigger: Trigger) -> str | None:
    return None if trigger.drafts or not event.is_draft else "it is a draft (drafts: true would take it)"


def _labels(event: Event, trigger: Trigger) -> str | None:
    if not trigger.labels:
        return None
    labels = event.labels
    if event.type.endswith((".labeled", ".unlabeled")):
        changed = event.data.get("label")
        labels = (
            (changed,) if isinstance(changed, str) else labels
        )  # the one that came or went: each starts once
    wanted = [literal(label) for label in trigger.labels]
    if any(included(wanted, label, ignore_case=True) for label in labels):
        return None
    return f"none of its labels ({', '.join(labels) or 'it has none'}) is in {', '.join(trigger.labels)}"


def _authors(event: Event, trigger: Trigger) -> str | None:
    who = event.who or ""
    if trigger.authors.exclude and _is_one_of(who, trigger.authors.exclude):
        return f"author {who!r} is excluded"
    if trigger.authors.include and not _is_one_of(who, trigger.authors.include):
        return f"author {who or 'unknown'!r} is not in {', '.join(trigger.authors.include)}"
    return None


def _is_one_of(who: str, logins: tuple[str, ...]) -> bool:
    return included([literal(login.removeprefix("@")) for login in logins], who, ignore_case=True)


def _issue(event: Event, trigger: Trigger) -> str | None:
    """A comment on an issue has no commit, no paths and no preview, and nobody can be asked for them."""
    if event.type != COMMENT or event.data.get("is_pull_request") is True or not unknowns(event, trigger):
        return None
    return "the comment is on an issue, and the trigger is about pull requests"


def _command(event: Event, trigger: Trigger) -> str | None:
    """A comment starts runs only as a command, and only of somebody who may write to the repository."""
    if event.type != COMMENT:
        return None
    if event.data.get("command") != "/inspect":
        return "the comment is no command; it would begin with /inspect"
    command = command_of(event.data.get("arguments") or "")
    if command.name not in ("", trigger.id):
        return f"the comment asks for {command.name!r}"
    association = event.data.get("author_association")
    if association not in TRUSTED:
        who = event.who or "unknown"
        return f"author {who!r} may not command runs: to GitHub they are {association or 'unknown'!r}"
    if command.problem:
        return f"the command {command.problem}"
    arguments = arguments_taken(trigger)
    for name in sorted(command.arguments.keys() - arguments.taken):
        known = ", ".join(sorted(arguments.taken)) or "none"
        return f"the command gives {name!r}, which {trigger.id!r} does not take; it takes: {known}"
    if missing := sorted(arguments.needed - command.arguments.keys()):
        return f"the command lacks {missing[0]}=.., which {trigger.id!r} needs"
    return None


CHECKS: tuple[Callable[[Event, Trigger], str | None], ...] = (
    _source,
    _repo,
    _branches,
    _environment,
    _draft,
    _labels,
    _authors,
    _issue,
)


def _place(event: Event) -> str:
    parts = (event.repo, event.branch, event.environment)
    return " ".join(part for part in parts if part)
