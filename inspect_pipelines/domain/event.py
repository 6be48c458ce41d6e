"""An event: an outside happening, normalised, with its source's delivery id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from inspect_pipelines.domain.ids import EventId, OrgId, SourceId


class SourceKind(StrEnum):
    GITHUB = "github"
    DEPLOY = "deploy"
    GENERIC = "generic"
    VERCEL = "vercel"  # these sign in ways of their own, and tell deploys
    NETLIFY = "netlify"
    HEROKU = "heroku"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    GITEA = "gitea"


class EventStatus(StrEnum):
    """How far an event has come."""

    RECEIVED = "received"  # not looked at yet
    WAITING = "waiting"  # its changed paths are asked for
    DECIDED = "decided"  # every trigger has said yes or no
    UNDECIDED = "undecided"  # changed paths stayed unknown, or a value is missing; a person must look
    UNREADABLE = "unreadable"  # known by name, but not in a shape that we understand
    IGNORED = "ignored"  # a ping, or a kind of event that no trigger can name


@dataclass(frozen=True, slots=True)
class Delivery:
    """One signed request as a source sent it; kept in the inbox until its retention ends.

    Attributes:
        source_delivery_id: `X-GitHub-Delivery` or `webhook-id`, else the digest of what was signed; unique in its source for seven days.
        kind: What its header names: GitHub's `X-GitHub-Event`; empty for the others, whose body says it.
        body: As signed, uncompressed.
    """

    id: EventId  # the event gets the same one
    org_id: OrgId
    source_id: SourceId
    source_kind: SourceKind
    source_delivery_id: str
    kind: str
    body: bytes
    received_at: datetime  # UTC


TYPE = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?"
)  # what a source may call an event, and a trigger name
WRITTEN = (
    "pull_request.",
    "pull_request_review.",
    "issue.",
    "issue_comment.",
)  # kinds that somebody wrote, and others act on


@dataclass(frozen=True, slots=True)
class Event:
    """What triggers look at.

    Attributes:
        type: Normalised: `pull_request.merged`, `deployment.completed`, ..
        branch: A pull request's base, the branch that was pushed, the ref that was deployed.
        number: Of the pull request or issue.
        url: Where the deployment can be seen; of a pull request or issue, its page.
        paths: Changed files; None: not known (yet), which is not the same as none.
        data: The payload's own words for generic conditions, capped; JSON values only.
        remarks: What its payload had in an odd shape and was left out, one sentence each.
        problem: Why it is `unreadable`, `undecided` or `ignored`; empty otherwise.
    """

    id: EventId
    org_id: OrgId
    source_id: SourceId
    source_kind: SourceKind
    source_delivery_id: str
    type: str
    received_at: datetime  # UTC
    event_time: datetime | None = None  # UTC; the source's own
    repo: str | None = None  # owner/name, as the source spells it
    branch: str | None = None
    sha: str | None = None
    environment: str | None = None
    url: str | None = None
    actor: str | None = None
    author: str | None = None
    number: int | None = None
    title: str | None = None
    text: str | None = None  # of an issue or a comment
    labels: tuple[str, ...] = ()
    is_draft: bool = False
    paths: tuple[str, ...] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    status: EventStatus = EventStatus.RECEIVED
    problem: str = ""
    remarks: tuple[str, ...] = ()
    replay: str = ""  # `r1`, `r2`, ..: which time a person has it looked at again

    @property
    def who(self) -> str | None:
        """Its author, or who caused what has no author of its own: a push, a deploy.

        None: nobody is known. GitHub says `user: null` of a pull request whose author is gone; whoever merged it did not write it.
        """
        return self.author or (None if self.type.startswith(WRITTEN) else self.actor)

    def ignored(self, why: str) -> Event:
        """The event as one that no trigger is asked about."""
        return replace(self, status=EventStatus.IGNORED, problem=why)

    def replayed(self) -> Event:
        """The event to be looked at once more; runs that it starts now have origins of their own."""
        number = int(self.replay[1:] or 0) + 1
        return replace(self, status=EventStatus.RECEIVED, problem="", replay=f"r{number}")
