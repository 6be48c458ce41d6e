"""Debounce: events of a kind that come shortly after one another are one batch, and one run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.context import Context, merged
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.event_data import arguments_of
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.trigger import USUAL_KEY, Debounce, Key, Trigger

# Of kinds whose events are about different things although repository, branch and environment are the same; the longest
# beginning counts. A merge is about the branch that it changed, so that five of them may be one run.
OWN_KEYS: dict[str, tuple[Key, ...]] = {
    "pull_request.merged": USUAL_KEY,
    "pull_request.": (Key.REPO, Key.NUMBER),
    "pull_request_review.": (Key.REPO, Key.NUMBER),
    "issue.": (Key.REPO, Key.NUMBER),
    "issue_comment.": (Key.REPO, Key.NUMBER, Key.DATA),
    "deployment.": (*USUAL_KEY, Key.URL),
    "release.": (Key.REPO, Key.URL),
    "push": USUAL_KEY,
    "push.tag": (Key.REPO, Key.DATA),
    "create.": (Key.REPO, Key.DATA),
    "status": (Key.REPO, Key.SHA, Key.URL),
    "check_run.": (Key.REPO, Key.SHA),
    "merge_group.": (Key.REPO, Key.SHA),
    "repository_dispatch": (Key.REPO, Key.BRANCH, Key.DATA),
    "workflow_dispatch": (Key.REPO, Key.BRANCH, Key.DATA),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """What one run will know, or knows, of the events that started it.

    Attributes:
        key: What its events have in common; see `key_of`.
        due_at: When its run is to start, unless another event comes first.
        latest_at: The latest that `due_at` may become.
        run_id: None while it is open.
    """

    id: str
    org_id: OrgId
    trigger_id: DefinitionId
    key: str
    context: Context
    opened_at: datetime  # UTC
    due_at: datetime
    latest_at: datetime
    events: int = 1
    run_id: RunId | None = None

    def is_due(self, now: datetime) -> bool:
        return self.run_id is None and self.due_at <= now

    def closed(self, run_id: RunId) -> Batch:
        return replace(self, run_id=run_id)


def usual_key(event: str) -> tuple[Key, ...]:
    """What events of this type must share where a trigger does not say.

    Of the kinds that are not named here too: two pull requests are never one run only because their branches have one name.
    """
    found = max((start for start in OWN_KEYS if event.startswith(start)), key=len, default=None)
    return (*USUAL_KEY, Key.NUMBER) if found is None else OWN_KEYS[found]


def key_of(event: Event, debounce: Debounce) -> str:
    """Equal for events that may be one run; names of repositories do not depend on case."""
    values = {
        Key.REPO: (event.repo or "").casefold(),
        Key.BRANCH: event.branch or "",
        Key.ENVIRONMENT: event.environment or "",
        Key.AUTHOR: (event.who or "").casefold(),
        Key.NUMBER: "" if event.number is None else str(event.number),
        Key.SHA: event.sha or "",
        Key.URL: event.url or "",
        Key.DATA: _digest(event) if Key.DATA in debounce.key else "",
    }
    return "\n".join(f"{key.value}={values[key]}" for key in sorted(debounce.key))


def _digest(event: Event) -> str:
    """Equal for equal data, in whichever order its keys were written; short, since every batch keeps it.

    Of a command it is what its arguments say: the same one twice is one run, whoever gave it.
    """
    told = arguments_of(event) if event.type.startswith("issue_comment.") else event.data
    written = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def opened(batch_id: str, event: Event, trigger: Trigger, context: Context, *, now: datetime) -> Batch:
    """A new batch of one event; due at once when its trigger neither debounces nor delays."""
    debounce, wait = trigger.debounce, max(trigger.debounce.wait, trigger.delay)
    return Batch(
        id=batch_id,
        org_id=trigger.org_id,
        trigger_id=trigger.id,
        key=key_of(event, debounce),
        context=context,
        opened_at=now,
        due_at=now + wait,
        latest_at=now + max(wait, debounce.max_wait),
    )


def joined(batch: Batch, context: Context, debounce: Debounce, *, now: datetime) -> Batch:
    """The batch with one event more: what both knew, due after another quiet period but not later than promised.

    The same for a batch that is still open and for one whose run waits for its turn; the latter's run is due already.
    """
    due_at = batch.due_at if batch.run_id else min(max(batch.due_at, now + debounce.wait), batch.latest_at)
    return replace(batch, context=merged(batch.context, context), due_at=due_at, events=batch.events + 1)
