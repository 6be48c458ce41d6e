"""What people decided about a run; its status never changes, these are shown beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.branch import HEAD_BRANCH
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import open_changes
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.run import Run, RunStatus

CANCEL_REQUESTED = "cancel_requested"  # a wish about a run, kept like every word of a person
BY_EVENT = "event:"  # how whoever asks begins where a newer event does, and its id follows
WITHDRAWN = "withdrawn"  # of what was decided
SUPERSEDED = "superseded by"  # how the reason begins


def wish_to_cancel(reviews: Iterable[tuple[str, str, str]]) -> str | None:
    """Who wants the run cancelled and why, or what superseded it, as a sentence; None when nobody does.

    Args:
        reviews: (decision, by, detail), oldest first; the first wish counts.
    """
    for decision, by, reason in reviews:
        if decision == CANCEL_REQUESTED and by.startswith(BY_EVENT):
            return f"{SUPERSEDED} {reason}"
        if decision == CANCEL_REQUESTED:
            return f"cancelled by {by.removeprefix('user:')}" + (f": {reason}" if reason else "")
    return None


class ReviewState(StrEnum):
    WAITING = "waiting"  # for a person
    DECIDED = "decided"
    SUPERSEDED = "superseded"  # a newer run of the same looks again


@dataclass(frozen=True, slots=True)
class Review:
    """What a run shows and a person is asked about. The run has ended: a review holds no process, slot or lease.

    Attributes:
        set: The baseline set that its pictures may go into.
        context: Whose newer run looks at the same again: the branch or pull request; empty: the definition's.
        superseded_by: The newest run that does.
        environment: What became of the environment, by which alone it asks: one review of that is about all such runs.
    """

    org_id: OrgId
    run_id: RunId
    definition_id: DefinitionId
    set: str
    context: str
    opened_at: datetime  # UTC
    state: ReviewState = ReviewState.WAITING
    superseded_by: RunId | None = None
    environment: str = ""


def context_of(run: Run) -> str:
    """What a newer run must look at to show the same again: `acme/shop#12`, `acme/shop@main`; empty: no event says.

    What people sent is shown by no other run, so none takes its place.
    """
    if run.is_upload:
        return f"upload {run.id}"
    values = run.variables
    if number := values.get("pr_number"):
        return f"{values.get('repo', '')}#{number}"
    branch = values.get(HEAD_BRANCH) or values.get("branch")
    return f"{values.get('repo', '')}@{branch}" if branch else ""


def waits(run: Run, comparisons: Sequence[Comparison]) -> bool:
    """Whether something that a run shows waits for a person."""
    if run.status is RunStatus.FAILED:
        return bool(open_changes(comparisons))
    if run.status is not RunStatus.NEEDS_REVIEW:
        return False
    return bool(open_changes(comparisons)) or all(one.passed for one in comparisons)


def review_of(
    run: Run, set_name: str, comparisons: Sequence[Comparison], *, environment: str = "", at: datetime
) -> Review | None:
    """The review that a run's end opens; None: nothing of it waits for a person.

    Args:
        environment: What became of its environment and nobody accepted.
    """
    if not waits(run, comparisons):
        return None
    context = context_of(run)
    return Review(run.org_id, run.id, run.definition_id, set_name, context, at, environment=environment)
