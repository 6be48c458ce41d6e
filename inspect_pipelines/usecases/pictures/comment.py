"""Comment on a view: pin something to a point of it, and settle that."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.baseline import baseline_set
from inspect_pipelines.domain.comment import Comment, unpinnable
from inspect_pipelines.domain.ids import CommentId, RunId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House


def pin_comment(
    house: House, run_id: RunId, view: View, *, x: int, y: int, text: str, caller: Caller
) -> Comment:
    """Say something of a point of a run's picture; it shows on later runs of the view, too, until it is resolved.

    Raises:
        NotFound: No such run.
        UsageError: Nothing is said, too much, or of a place that is none.
    """
    with house.ledger.write() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs list")
        sessions = deciding(ledger.evidence.sessions(run.id))
        shots = {shot.view: shot for session in sessions for shot in session.screenshots}
        if problem := unpinnable(text, x, y, shots.get(view)):
            raise UsageError(f"nothing is pinned to '{view}' of run {run_id!r}: {problem}")
        comment = Comment(
            CommentId(house.clock.new_id()),
            house.org_id,
            baseline_set(ledger.definitions.find(run.definition_id), run),
            view,
            run.id,
            x,
            y,
            text.strip(),
            caller.actor,
            house.clock.now(),
            house.via or CLI,
        )
        ledger.comments.add(comment)
    return comment


def resolve_comment(house: House, comment_id: CommentId, *, caller: Caller) -> Comment:
    """Settle it: it shows no more but on the run that it was pinned on. Whoever may comment may settle any.

    Raises:
        NotFound: There is none of that id.
        Refused: It is settled already.
    """
    with house.ledger.write() as ledger:
        before = _known(ledger.comments.find(comment_id), comment_id)
        if not ledger.comments.resolve(comment_id, by=caller.actor, at=house.clock.now()):
            who = before.resolved_by.removeprefix("user:")
            raise Refused(f"comment {comment_id!r} was resolved by {who} before; reopen it to say more of it")
        return _known(ledger.comments.find(comment_id), comment_id)


def reopen_comment(house: House, comment_id: CommentId, *, caller: Caller) -> Comment:
    """It is not settled after all.

    Raises:
        NotFound: There is none of that id.
        Refused: It is open.
    """
    with house.ledger.write() as ledger:
        _known(ledger.comments.find(comment_id), comment_id)
        if not ledger.comments.reopen(comment_id, by=caller.actor, at=house.clock.now()):
            raise Refused(f"comment {comment_id!r} is open; there is nothing to reopen")
        return _known(ledger.comments.find(comment_id), comment_id)


def _known(found: Comment | None, comment_id: CommentId) -> Comment:
    if found is None:
        raise NotFound(f"comment {comment_id[:100]!r} does not exist; see them on the run that they stand on")
    return found
