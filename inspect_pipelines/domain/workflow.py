"""A workflow of GitHub Actions that proves which one it is instead of keeping a secret, and which ones an organisation trusts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from inspect_pipelines.domain.access import Permission

ISSUER = "https://token.actions.githubusercontent.com"  # of github.com; below it, one of an enterprise's own
SERVERS = "/_services/token"  # below a GitHub Enterprise server
LONGEST_PROOF = timedelta(hours=1)  # from its issue to its end; GitHub's hold for some minutes
SKEW = timedelta(seconds=30)  # by which clocks may differ
TOKEN_LIFE = timedelta(minutes=15)
SCOPES = frozenset({Permission.RUNS_WRITE})


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs which workflow it is.

    Attributes:
        url: As its proofs say it, letter by letter.
        allow_private: As in ChannelConfig, for a server that is not on the internet.
    """

    url: str = ISSUER
    allow_private: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What stands before names of its repositories, which are others than those of github.com; empty: it is that."""
        if self.url == ISSUER:
            return ""
        return f"{self.url.partition('://')[2].removesuffix(SERVERS)}/"


GITHUB = Issuer()


@dataclass(frozen=True, slots=True)
class Workflow:
    """Which one it is, as the code host signed it."""

    repo: str  # owner/name
    repo_id: int  # stays when the repository gets another name, and is never given to another one
    ref: str  # refs/heads/main
    environment: str | None = None  # of a deployment; None: its job names none
    issuer: Issuer = GITHUB

    @property
    def name(self) -> str:
        """As audit, lists and runs call it: `acme/shop@refs/heads/main`, or `ghe.acme.example/acme/shop@..`."""
        return f"{self.issuer.place}{self.repo}@{self.ref}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the code host signed about a workflow; times are UTC."""

    id: str  # `jti`: it is exchanged once
    workflow: Workflow
    issued_at: datetime
    holds_from: datetime
    expires_at: datetime

    def flaw(self, now: datetime) -> str | None:
        """Why it does not hold now: a clause; None: it does."""
        if now >= self.expires_at + SKEW:
            return f"it has expired at {self.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        if now < max(self.issued_at, self.holds_from) - SKEW:
            return f"it holds from {max(self.issued_at, self.holds_from):%Y-%m-%d %H:%M:%S} UTC on"
        if self.expires_at - self.issued_at > LONGEST_PROOF:
            return f"it holds for {self.expires_at - self.issued_at}, and {LONGEST_PROOF} is the most"
        return None


@dataclass(frozen=True, slots=True)
class TrustedWorkflow:
    """An entry of `workflows` in organization.yaml.

    Attributes:
        repo: `owner/name`, in any case; no glob, since each repository is somebody's.
        refs: Whole refs or globs of them; one has to fit.
        repo_id: GitHub's number of the repository; None: whichever has the name.
        environment: That the job has to name; None: none, or any.
        issuer: Of the code host that has the repository.
    """

    repo: str
    refs: tuple[str, ...]
    repo_id: int | None = None
    environment: str | None = None
    issuer: Issuer = GITHUB

    def is_of(self, repo: str, ref: str) -> bool:
        """Whether it names this ref of this repository, as `Workflow.name` has them."""
        own = f"{self.issuer.place}{self.repo}"
        return own.lower() == repo.lower() and any(fnmatchcase(ref, glob) for glob in self.refs)

    def flaw(self, workflow: Workflow) -> str | None:
        """Why it does not admit the workflow: a clause; None: it does."""
        if self.issuer.url != workflow.issuer.url:
            return f"the repository {workflow.repo!r} is one of {workflow.issuer.url!r}, and not of {self.issuer.url!r}"
        if self.repo.lower() != workflow.repo.lower():
            return f"the repository {workflow.repo!r} is not {self.repo!r}"
        if self.repo_id not in (None, workflow.repo_id):
            return f"{workflow.repo!r} has the number {workflow.repo_id}, and not {self.repo_id}: it is another repository"
        if not self.is_of(f"{workflow.issuer.place}{workflow.repo}", workflow.ref):
            return f"the ref {workflow.ref!r} is none of {', '.join(map(repr, self.refs))}"
        if self.environment not in (None, workflow.environment):
            return f"the environment {workflow.environment!r} is not {self.environment!r}"
        return None


def stranger(trusted: Iterable[TrustedWorkflow], workflow: Workflow) -> str | None:
    """Why no entry admits the workflow: a clause about those of its repository; None: one does."""
    flaws = [(one, one.flaw(workflow)) for one in trusted]
    if any(flaw is None for _, flaw in flaws):
        return None
    near = [flaw for one, flaw in flaws if flaw and one.repo.lower() == workflow.repo.lower()]
    return "; ".join(near) or f"the repository {workflow.repo!r} is in no entry of `workflows`"


def is_trusted(trusted: Iterable[TrustedWorkflow], name: str) -> bool:
    """Whether an entry still names the repository and ref of `Workflow.name`."""
    repo, _, ref = name.partition("@")
    return any(one.is_of(repo, ref) for one in trusted)
