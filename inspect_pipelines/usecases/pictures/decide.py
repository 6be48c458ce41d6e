"""Decide: a person's word about what a run shows, or a machine's proposal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.against import refuse_as_baseline
from inspect_pipelines.domain.approval import approved, approved_by_word
from inspect_pipelines.domain.baseline import baseline_set
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import OF_READABLE, Decision, first_shown, open_changes, shown_by
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.review import Review, ReviewState, context_of
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.domain.wish import Wish, forbidden, needed, outdated, unsayable
from inspect_pipelines.errors import Forbidden, NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.gather_reviewed import gather_reviewed
from inspect_pipelines.usecases.pictures.keep_decisions import Deed, keep_decisions
from inspect_pipelines.usecases.pictures.refuse_vetoed import refuse_vetoed
from inspect_pipelines.usecases.pictures.reject import reject
from inspect_pipelines.usecases.pictures.settle_reviews import settle_reviews


class Superseded(Refused):
    """A newer run shows the views otherwise.

    Args:
        newer: That run.
    """

    def __init__(self, message: str, newer: RunId) -> None:
        super().__init__(message)
        self.newer = newer


def decide(house: House, run_id: RunId, wish: Wish, *, caller: Caller) -> list[Decision]:
    """Say it of a run's views, and all that follows: the review, incidents, the commit, and the baseline where it is wished.

    Args:
        house: Ports.
        run_id: A run that asked.
        wish: What is said.
        caller: Who says it; what they may not say is refused.

    Returns:
        One decision a view; none where a first run was adopted, of which nothing differs yet.

    Raises:
        NotFound: No such run, or it does not show a view.
        UsageError: It cannot be said like this.
        Forbidden: Not by them.
        Superseded: Not of this run any more.
        Refused: Nothing of it waits for a person.
    """
    now = house.clock.now()
    if problem := unsayable(wish, now=now):
        raise UsageError(f"run {run_id!r} cannot be decided like this: {problem}")
    with house.ledger.read() as ledger:
        review = _known(ledger, run_id, wish, now)
        allowed = ledger.organizations.find().machines_finalize
        if problem := forbidden(needed(wish), caller, machines_finalize=allowed):
            raise Forbidden(problem)
        compared = follow(ledger, review.set, ledger.evidence.comparisons(run_id), at=now)
        chosen = _chosen(compared, review, wish)
        before = _made(ledger, run_id)
        if wish.kind in OF_READABLE and not wish.is_proposal:
            refuse_vetoed(ledger, review.set, chosen, by=caller.actor, now=now)
        if wish.kind is not DecisionKind.QUARANTINE:
            _refuse_superseded(ledger, review, chosen)
    views = [one.view for one in chosen]
    if wish.finalizes:
        takes_all = not wish.views and not any(map(_is_rejected, compared))
        if wish.as_variant and not wish.views:  # what is new or gone has no variants, and waits on
            views = [one.view for one in chosen if one.outcome is Outcome.CHANGED]
            takes_all = not views
        adopt(
            house,
            run_id,
            by=caller.actor,
            views=() if takes_all else views,
            gone=() if wish.as_variant else views,
            force=wish.force,
            notes=wish.note,
            as_variant=wish.as_variant,
            until=wish.until,
        )
    elif wish.kind is DecisionKind.REJECT and not wish.is_proposal:
        reject(house, run_id, by=caller.actor, note=wish.note, views=views)
    else:
        _say(house, review, wish, chosen, by=caller.actor, now=now)
    with house.ledger.read() as ledger:
        return [one for one in _made(ledger, run_id) if one not in before]


def _say(
    house: House,
    review: Review,
    wish: Wish,
    chosen: Sequence[Comparison],
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep a word that makes no baseline, and what follows from it; from a proposal nothing does."""
    with house.ledger.write() as ledger:
        run = ledger.runs.find(review.run_id)
        assert run is not None  # it asked
        note, owner = wish.note.strip(), wish.owner.strip()
        deed = Deed(
            wish.kind,
            run,
            review.set,
            by,
            now,
            note,
            owner,
            wish.until,
            via=house.via or CLI,
            is_proposal=wish.is_proposal,
        )
        kept = keep_decisions(house, ledger, deed, chosen)
        if not kept:
            raise Refused(
                f"run {run.id!r} is not decided: each of the views looks as approved, was decided so before, or "
                f"cannot be seen; see them with: inspect-pipelines reviews show {run.id}"
            )
        ledger.review_queue.open(review)
        if wish.is_proposal:
            return
        views = [one.shown.view for one in kept]
        after = follow(ledger, review.set, ledger.evidence.comparisons(run.id), at=now)
        definition = ledger.definitions.find(run.definition_id)
        reviewed = gather_reviewed(ledger, run, definition, set_name=review.set, at=now)
        approval = approved_by_word(after, views, word=wish.kind.past)
        detail = ", ".join(map(str, views)) + (f": {note}" if note else "")
        ledger.reviews.append(run.id, _word(wish.kind, after), by=by, detail=detail, at=now)
        store_consequences(ledger, approved(reviewed, None, approval, by=by, at=now), at=now)
        settle_reviews(ledger, review.set, at=now, decided=None if open_changes(after) else run.id)


def _made(ledger: LedgerSession, run_id: RunId) -> list[Decision]:
    return ledger.decisions.of_runs([run_id]).get(run_id, [])


def _word(kind: DecisionKind, after: Sequence[Comparison]) -> str:
    return kind.past if not open_changes(after) else f"partly_{kind.past}"


def _known(ledger: LedgerSession, run_id: RunId, wish: Wish, now: datetime) -> Review:
    """The review of the run; to quarantine what looks right today it need not have asked anybody."""
    review = ledger.review_queue.find(run_id)
    if review is not None:
        return review
    run = ledger.runs.find(run_id)
    if run is None:
        raise NotFound(f"run {run_id!r} does not exist; list what waits with: inspect-pipelines reviews list")
    refuse_as_baseline(run)
    if wish.kind is DecisionKind.QUARANTINE:
        set_name = baseline_set(ledger.definitions.find(run.definition_id), run)
        return Review(
            run.org_id, run.id, run.definition_id, set_name, context_of(run), now, ReviewState.DECIDED
        )
    raise Refused(
        f"run {run_id!r} cannot be decided: nothing that it shows waits for a person; "
        "list what does with: inspect-pipelines reviews list"
    )


def _chosen(compared: Sequence[Comparison], review: Review, wish: Wish) -> list[Comparison]:
    """What is decided: the views that were named, or all that wait; to finalise, also what was only accepted before."""
    run_id, known = review.run_id, {one.view: one for one in compared}
    if unknown := sorted(wish.views - known.keys()):
        names = ", ".join(map(str, sorted(known)[:8])) or "none that was compared"
        raise NotFound(f"run {run_id!r} has no view '{unknown[0]}'; it has: {names}")
    if wish.views:
        return [known[view] for view in sorted(wish.views)]
    chosen = open_changes(compared)
    if wish.finalizes:
        chosen += [one for one in compared if one.said is not None and one.said.kind in OF_READABLE]
    if chosen or (wish.finalizes and not any(map(_is_rejected, compared))):
        return chosen
    if all(one.looks_as_approved for one in compared):
        raise Refused(
            f"run {run_id!r} shows no change that waits; where nothing is approved yet, or the environment is another "
            f"one, its pictures are adopted: inspect-pipelines baselines adopt {run_id}"
        )
    raise Refused(
        f"run {run_id!r} shows no change that waits: all of them are decided; to say otherwise of one, name its "
        f"view; see them with: inspect-pipelines reviews show {run_id}"
    )


def _is_rejected(found: Comparison) -> bool:
    return found.said is not None and found.said.kind is DecisionKind.REJECT


def _refuse_superseded(ledger: LedgerSession, review: Review, chosen: Sequence[Comparison]) -> None:
    """Nobody decides about pictures that are not what there is any more."""
    newer = review.superseded_by
    if newer is None:
        return
    compared = {one.view: shown_by(one) for one in ledger.evidence.comparisons(newer)}
    sessions = deciding(ledger.evidence.sessions(newer))
    first = {shot.view: first_shown(shot) for each in sessions for shot in each.screenshots}
    stale = outdated([*map(shown_by, chosen)], compared or first)
    if stale or not chosen:
        what = f"it shows '{stale[0]}' otherwise" if stale else "it looks at the same"
        raise Superseded(
            f"run {review.run_id!r} cannot be decided any more: run {newer} is newer, and {what}; look at that one",
            newer,
        )
