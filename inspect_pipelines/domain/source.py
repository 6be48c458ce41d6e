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
