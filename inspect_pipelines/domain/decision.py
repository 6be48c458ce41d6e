"""A decision: a person's word about what a view shows. It is about pictures, so it holds wherever the same ones show again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import BaselineId, DecisionId, OrgId, RunId, Sha256
from inspect_pipelines.domain.said import DecisionKind, Said
from inspect_pipelines.domain.screenshot import Screenshot, View

AUTOMATIC = "automatic"  # who decides where a person's earlier word does
PARTLY = "partly_"  # how a run's review begins where something of it still waits for a person
OF_READABLE = (DecisionKind.ACCEPT, DecisionKind.IGNORE)  # nobody can have seen a damaged picture
LONGEST_QUARANTINE = timedelta(days=30)
LONGEST_IGNORED = timedelta(days=366)
SameChange = Callable[[str, str], bool]  # of two fingerprints, see imaging/fingerprint


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view showed beside its approved picture; None: there was none on that side."""

    view: View
    old_sha256: Sha256 | None
    new_sha256: Sha256 | None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """About one view of a baseline set; never rewritten, only withdrawn.

    Attributes:
        run_id: Whose pictures were looked at.
        note: Why.
        owner: Who looks after a quarantined view.
        until: The end of a quarantine, or of a change that is ignored for a while only.
        via: How they came: `cli`, `api`, `agent NAME`.
        is_proposal: It has no effect: somebody else is to decide.
        baseline_id: That it made, when its pictures were adopted at once.
        withdrawn_by: Who took it back, or whose newer word stands against it.
    """

    id: DecisionId
    org_id: OrgId
    set: str
    kind: DecisionKind
    shown: Shown
    run_id: RunId
    by: str
    at: datetime  # UTC, as all of them
    note: str = ""
    owner: str = ""
    until: datetime | None = None
    baseline_id: BaselineId | None = None
    via: str = "cli"
    is_proposal: bool = False
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    def stands(self, now: datetime) -> bool:
        if self.is_proposal or self.withdrawn_at is not None:
            return False
        return self.until is None or now < self.until

    def covers(self, found: Comparison, same_change: SameChange) -> bool:
        """Whether a comparison shows what it was made about."""
        if found.view != self.shown.view:
            return False
        if self.kind is DecisionKind.QUARANTINE:
            return True
        if found.outcome is Outcome.UNREADABLE and self.kind in OF_READABLE:
            return False
        if self.shown.old_sha256 in found.differs_from and self.shown.new_sha256 == found.new_sha256:
            return True
        known = (found.fingerprint, *(one.fingerprint for one in found.besides))
        return self.kind is DecisionKind.IGNORE and any(
            same_change(self.shown.fingerprint, one) for one in known
        )


def shown_by(found: Comparison) -> Shown:
    """What a decision about a comparison is about."""
    return Shown(found.view, found.old_sha256, found.new_sha256, found.fingerprint)


def first_shown(shot: Screenshot) -> Shown:
    """The same of a picture that was compared with nothing, since nothing was approved yet."""
    return Shown(shot.view, None, shot.sha256)


def settled(
    comparisons: Sequence[Comparison],
    decisions: Sequence[Decision],
    *,
    now: datetime,
    same_change: SameChange,
) -> list[Comparison]:
    """The comparisons as people have decided about exactly what they show; what nobody spoke of waits for a person.

    What is accepted, ignored or quarantined passes and keeps its outcome. A quarantine comes before other words about its
    view, since it promises that nothing fails; of the others the newest counts.

    Args:
        decisions: Of the baseline set, oldest first.
    """
    standing = [one for one in decisions if one.stands(now)]
    return [
        each if each.looks_as_approved else _followed(each, standing, same_change) for each in comparisons
    ]


def open_changes(comparisons: Collection[Comparison]) -> list[Comparison]:
    """Those that wait for a person."""
    return [one for one in comparisons if not one.passed and one.said is None]


def vetoes(
    about: Sequence[Decision], found: Collection[Comparison], *, by: str, now: datetime
) -> list[Decision]:
    """The rejections of others that stand against exactly what these views show being right: one blocks, until it is taken back.

    Args:
        about: Decisions about these views, oldest first, whichever run they were made on.
        found: What somebody wants to say is right.
        by: Who.
    """
    shown = {(one.view, old, one.new_sha256) for one in found for old in one.differs_from}
    last: dict[tuple[View, str], Decision] = {}
    for one in about:
        what = (one.shown.view, one.shown.old_sha256, one.shown.new_sha256)
        if what in shown and one.kind is not DecisionKind.QUARANTINE and one.stands(now):
            last[one.shown.view, one.by] = one  # whoever thinks again has said so themselves
    return [one for (_, who), one in last.items() if who != by and one.kind is DecisionKind.REJECT]


def reviewed_by_word(comparisons: Collection[Comparison]) -> tuple[str, str] | None:
    """How a run is reviewed by what was decided before, and why; None: nothing that it shows was decided before.

    Returns:
        (`accepted`, .. or `partly_accepted`, ..; a sentence); a defect among them makes it `rejected`.
    """
    said = [one.said for one in comparisons if one.said is not None]
    if not said:
        return None
    kinds = {one.kind for one in said}
    kind = next(one for one in (DecisionKind.REJECT, *DecisionKind) if one in kinds)
    clauses = dict.fromkeys(one.clause for one in said)
    views = "1 view" if len(said) == 1 else f"{len(said)} views"
    part = PARTLY if open_changes(comparisons) else ""
    return part + kind.past, f"{views} as {', '.join(clauses)}"


def contradicted(
    decisions: Sequence[Decision],
    before: Sequence[Mapping[View, Collection[Sha256]]],
    after: Mapping[View, Collection[Sha256]],
    *,
    now: datetime,
) -> list[Decision]:
    """The accepting words that going back to other approved pictures takes back: what they had accepted is not wanted.

    Args:
        before: The approved pictures of each view, of every baseline that is gone back behind.
        after: The same, from now on. A view that only this one has is wanted again, so dropping it is taken back, too.
    """
    retired = {
        (view, sha)
        for each in before
        for view, shas in each.items()
        for sha in shas
        if sha not in after.get(view, ())
    }
    missed = {(view, None) for each in before for view in after if view not in each}
    return [
        one
        for one in decisions
        if one.kind is DecisionKind.ACCEPT
        and one.stands(now)
        and (one.shown.view, one.shown.new_sha256) in {*retired, *missed}
    ]


def _followed(found: Comparison, standing: Sequence[Decision], same_change: SameChange) -> Comparison:
    covering = [one for one in standing if one.covers(found, same_change)]
    newest = max(
        covering, key=lambda one: (one.kind is DecisionKind.QUARANTINE, one.at, one.id), default=None
    )
    if newest is None and found.said is not None and found.said.branch:
        return (
            found  # a branch's approval that the target shows; only words of the target's own stand over it
        )
    if newest is None:
        return replace(found, passed=False, said=None)
    said = Said(newest.id, newest.kind, newest.by, newest.at, newest.until, newest.owner)
    return replace(found, passed=newest.kind is not DecisionKind.REJECT, said=said)
