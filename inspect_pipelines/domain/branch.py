"""A branch: what a run looks at, and whose own approved pictures lie over those of the target branch."""

from __future__ import annotations

from collections.abc import Mapping

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.plan import Plan
from inspect_pipelines.domain.variable import STRING_CHARACTERS
from inspect_pipelines.errors import UsageError

TARGET = "main"  # of a plan that names no `branch`
HEAD_BRANCH = "head_branch"  # the variable by which a run knows its branch
BASE_BRANCH = "base_branch"  # into which it would go
MERGED, CLOSED, REOPENED = "pull_request.merged", "pull_request.closed", "pull_request.reopened"
OF_PULL_REQUESTS = ("pull_request.", "pull_request_review.")
MERGE_GROUP = "merge_group."
NOT_IN_REFS = frozenset(" ~^:?*[\\\x7f")  # git refuses them, and control characters
OF, SLASH = (
    "@",
    "~",
)  # how the name of a layer says whose it is; neither is in the name of a set or of a branch


def target_of(plan: Plan | None) -> str:
    """The branch whose approved pictures are a set's own."""
    return (plan.branch if plan else None) or TARGET


def branch_of(variables: Mapping[str, str], plan: Plan | None) -> str:
    """The branch that a run with these variables looks at; empty: the target branch."""
    said = variables.get(HEAD_BRANCH, "")
    return "" if said == target_of(plan) else said


def head_of(event: Event, planned: str | None) -> str | None:
    """The branch that an event's run looks at, where that is not the target: what a pull request or merge queue would merge.

    A fork's is `owner:branch`, so that its `main` is never taken for ours. What does not tell its branch, or whose fork is gone,
    is `pull/7`. Of a push or a deploy it is the ref, and only where the plan names another branch: else all refs are alike.

    Args:
        planned: The plan's `branch`.
    """
    head, repo = event.data.get("head_branch"), event.data.get("head_repo")
    if event.type.startswith(MERGE_GROUP):
        return str(head) if head else None
    is_of_pull_request = event.type.startswith(OF_PULL_REQUESTS)
    if event.type == MERGED or not (is_of_pull_request or event.data.get("pull_request_url")):
        return event.branch if planned and event.branch != planned else None
    if not head or not repo:
        return f"pull/{event.number}"
    return str(head) if repo == event.repo else f"{str(repo).partition('/')[0]}:{head}"


def checked_branch(text: str) -> str:
    """The name of a branch that a person or a CI job gives.

    Raises:
        UsageError: No branch can be called so.
    """
    name = text.strip().removeprefix("refs/heads/")
    wrong = any(one in NOT_IN_REFS or not one.isprintable() for one in name.partition(":")[2] or name)
    if not name or wrong or len(name) > STRING_CHARACTERS or ".." in name or name.startswith(("-", "/")):
        raise UsageError(
            f"branch {text[:60]!r} is no name of a branch: 1 to {STRING_CHARACTERS} characters as git takes them, for "
            "example feature/pay; a fork's is owner:branch"
        )
    return name


def layer(set_name: str, branch: str) -> str:
    """The name of a branch's own pictures: a set of its own, `shop@feature~pay`, that is also good in an address."""
    return f"{set_name}{OF}{branch.replace('/', SLASH)}" if branch else set_name


def parted(name: str) -> tuple[str, str]:
    """The set, and the branch of a layer of it; empty: the target's."""
    set_name, _, branch = name.partition(OF)
    return set_name, branch.replace(SLASH, "/")


def named(name: str) -> str:
    """A set as people read it: `shop`, `shop on feature/pay`."""
    set_name, branch = parted(name)
    return f"{set_name} on {branch}" if branch else set_name
