"""A source: who may tell us that something happened outside, and how its words become an event's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import SourceId

GITHUB_API = "https://api.github.com"
RATE_PER_MINUTE = 600  # of signed deliveries of a generic source; the other kinds are never limited

MAPPABLE = (
    *("type", "status", "event_time", "repo", "branch", "sha", "environment", "url", "actor", "author"),
    *("number", "title", "text", "labels", "is_draft", "paths", "data"),
)  # an event's fields that a mapping may fill; `status` is a deploy's, from which its type follows

# The documented shape: a payload that uses our own names needs no mapping.
OWN_NAMES: Mapping[str, str] = {name: name for name in MAPPABLE}

VERCEL: Mapping[str, str] = {
    "status": "type",
    "environment": "payload.target || 'preview'",
    "url": "payload.deployment.url && join('', ['https://', payload.deployment.url])",
    "sha": "payload.deployment.meta.githubCommitSha",
    "repo": "payload.deployment.meta.githubRepo && join('/', [payload.deployment.meta.githubOrg, "
    "payload.deployment.meta.githubRepo])",
    "branch": "payload.deployment.meta.githubCommitRef",
    "actor": "payload.deployment.meta.githubCommitAuthorLogin",
    "title": "payload.deployment.meta.githubCommitMessage",
    "event_time": "createdAt",
    "data": "{project: payload.project.id, deployment: payload.deployment.id, name: payload.deployment.name}",
}

NETLIFY: Mapping[str, str] = {
    "status": "state",
    "environment": "context",
    "url": "deploy_ssl_url || deploy_url || ssl_url || url",
    "sha": "commit_ref",
    "branch": "branch",
    "actor": "committer",
    "title": "title",
    "event_time": "updated_at || created_at",
    "data": "{site: name, deploy: id, commit_url: commit_url, review_id: review_id, message: error_message}",
}

NAMED_MAPPINGS: Mapping[str, Mapping[str, str]] = {"vercel": VERCEL, "netlify": NETLIFY}


@dataclass(frozen=True, slots=True)
class Source:
    """What organization.yaml says of one sender.

    Attributes:
        secrets: One or two references, `${env:NAME}` or `${file:/path}`; two while a secret is being changed.
        repos: `owner/name` or globs of it, in any case; empty: every repository.
        token: A reference, for asking the code host back; None: it is not asked.
        api_url: Where the code host's API is, without a slash at its end.
        rate_per_minute: Signed deliveries a minute; only generic sources have a limit.
        mapping: An event's field -> JMESPath into the payload; GitHub's are known and have none.
        hook: GitHub's webhook, `repos/OWNER/NAME/hooks/ID` or `orgs/OWNER/hooks/ID`, whose failed deliveries are asked
            for again; None: they are not.
    """

    id: SourceId
    kind: SourceKind
    secrets: tuple[str, ...]
    repos: tuple[str, ...] = ()
    token: str | None = None
    api_url: str = GITHUB_API
    rate_per_minute: int = RATE_PER_MINUTE
    mapping: Mapping[str, str] = field(default_factory=dict)
    hook: str | None = None

    def admits(self, repo: str | None) -> bool:
        """Whether events of this repository are wanted; without a list all are, of no repository too."""
        if not self.repos:
            return True
        return repo is not None and any(fnmatchcase(repo.lower(), glob.lower()) for glob in self.repos)
