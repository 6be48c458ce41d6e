"""Adopt pictures: a person's yes; on a branch it is about the branch's own pictures only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.accepted_finding import accepted_with
from inspect_pipelines.domain.against import refuse_as_baseline
from inspect_pipelines.domain.any_of import Word, as_compared, joined, letters_of, taken_over
from inspect_pipelines.domain.approval import approval_of, approved
from inspect_pipelines.domain.baseline import (
    Baseline,
    adopted,
    baseline_set,
    elsewhere_only,
    left_out,
    not_shown,
    target_set,
    view_matches,
)
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.comparison import first_compared
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.layer import layered, moved, over
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.selection import attempted
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.approved_for import approved_for, unaccepted_of
from inspect_pipelines.usecases.pictures.choose_variants import choose_variants, take_back_words
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.gather_reviewed import gather_reviewed
from inspect_pipelines.usecases.pictures.keep_decisions import Deed, keep_decisions
from inspect_pipelines.usecases.pictures.promote import overtake
from inspect_pipelines.usecases.pictures.refuse_unfit import refuse_damaged, refuse_unfit
from inspect_pipelines.usecases.pictures.refuse_vetoed import refuse_vetoed
from inspect_pipelines.usecases.pictures.settle_reviews import settle_reviews


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting left.

    Attributes:
        baseline: That is in use now.
        taken: Views whose pictures are the run's.
        dropped: Views that are gone from it.
        unseen: Approved views that the run was to show and did not come to; they stay as they were.
        quarantined: Views that were left out, since nobody can trust what they show; naming them takes them.
    """

    baseline: Baseline
    taken: tuple[View, ...]
    dropped: tuple[View, ...]
    unseen: tuple[View, ...]
    quarantined: tuple[View, ...] = ()


def adopt(
    house: House,
    run_id: RunId,
    *,
    by: str,
    view_glob: str | None = None,
    drop_glob: str | None = None,
    views: Collection[View] = (),
    gone: Collection[View] = (),
    force: bool = False,
    notes: str = "",
    as_variant: bool = False,
    until: datetime | None = None,
) -> Adoption:
    """Make a run's pictures the approved ones, all of them or what the globs name.

    Args:
        house: Ports.
        run_id: The run.
        by: Who says so.
        view_glob: Take over only these views' pictures.
        drop_glob: Approve that these views, which the run does not show, are gone. Alone it takes over nothing.
        views: Instead of globs: take over, or drop where the run does not show them, exactly these.
        gone: Drop these as well, where the run does not show them.
        force: Also from another environment that nobody has accepted, or from a run that ended early.
        notes: Kept with it.
        as_variant: They are right beside what is approved of their views, and not instead of the picture that they were compared with.
        until: The end of these variants, UTC; None: for good.

    Raises:
        NotFound: No such run, or a glob names none.
        Refused: It is open, took no pictures, ended early or in another environment than the active baseline (both may be
            forced), was compared with a live address, or a picture of it is damaged or was rejected by somebody else, or is
            no further variant.
    """
    now = house.clock.now()
    if view_glob or views or not drop_glob:
        refuse_damaged(house, run_id, view_glob, views)
    with house.ledger.write() as ledger:
        run = _run(ledger, run_id)
        definition = ledger.definitions.find(run.definition_id)
        sessions = deciding(ledger.evidence.sessions(run_id))
        shots = [shot for session in sessions for shot in session.screenshots]
        set_name = baseline_set(definition, run)
        current = approved_for(ledger, definition, run)
        takes_all = view_glob is None and drop_glob is None and not views
        kept_out = _quarantined(ledger, set_name, shots, now) if takes_all else frozenset()
        taken = [
            shot
            for shot in shots
            if (takes_all and shot.view not in kept_out)
            or shot.view in views
            or (view_glob and view_matches(shot.view, view_glob))
        ]
        comparisons = follow(ledger, set_name, ledger.evidence.comparisons(run.id), at=now)
        beside = as_compared(current, comparisons)
        changes = () if force or not taken else unaccepted_of(ledger, beside, shots)
        refuse_unfit(run, shots, changes, takes_all=takes_all and not as_variant, force=force)
        approved_before = current.images if current else {}
        if view_glob is not None and not taken:
            raise NotFound(_unmatched(run, view_glob, "view of run", [shot.view for shot in shots]))
        if as_variant:
            taken = choose_variants(run.id, taken, approved_before, comparisons, takes_all=takes_all, at=now)
        missing = not_shown(current, shots, {session.playbook for session in sessions})
        if run.is_partial:
            tried = attempted(definition.plan.playbooks if definition else (), run.selection)
            missing = tuple(view for view in missing if view in tried)
        if unknown := sorted({*views} - {shot.view for shot in shots} - {*missing}):
            there = [*(shot.view for shot in shots), *missing]
            raise NotFound(_unmatched(run, str(unknown[0]), "view of run", there))
        dropped = tuple(
            view
            for view in missing
            if view in {*views, *gone} or (drop_glob and view_matches(view, drop_glob))
        )
        if drop_glob is not None and not dropped:
            raise NotFound(_unmatched(run, drop_glob, "approved view that is missing in run", missing))
        branch, below = parted(set_name)[1], ledger.baselines.active(target_set(definition, run))
        word = Word(by, now, until, notes)
        fresh = (
            joined(approved_before, taken, run.id, word)
            if as_variant
            else taken_over(approved_before, taken, run.id, letters_of(comparisons), word)
        )
        images, no_more = (
            layered(ledger.baselines.active(set_name), below, fresh, dropped)
            if branch
            else (adopted(current, fresh, dropped), ())
        )
        baseline = Baseline(
            id=BaselineId(house.clock.new_id()),
            org_id=run.org_id,
            set=set_name,
            images=images,
            created_at=now,
            created_by=by,
            source_run_id=run.id,
            notes=notes,
            findings=current.findings if current else (),
            gone=no_more,
        )
        plan = definition.plan.playbooks if definition else ()
        known = {*dropped, *elsewhere_only(plan), *left_out(sessions, plan)}
        done = Adoption(
            baseline,
            tuple(shot.view for shot in taken),
            dropped,
            tuple(view for view in missing if view not in known),
            tuple(sorted(kept_out)),
        )
        reviewed = gather_reviewed(ledger, run, definition, set_name=set_name, at=now)
        meant = [one for one in comparisons if one.view in {*done.taken, *dropped}]
        refuse_vetoed(ledger, set_name, meant, by=by, now=now)
        shown = over(below, baseline) or baseline if branch else baseline
        approval = approval_of(shown, shots, comparisons, run, (*done.taken, *dropped))
        if approval.is_whole and not run.is_partial:
            baseline = replace(baseline, findings=accepted_with(baseline.findings, sessions))
            done = replace(done, baseline=baseline)
        heard = replace(approval, is_whole=approval.is_whole and not run.is_partial)
        after = approved(reviewed, baseline, heard, by=by, at=now)
        ledger.reviews.append(
            run.id,
            "adopted",
            by=by,
            detail=_detail(view_glob, drop_glob, views, as_variant=as_variant),
            at=now,
        )
        deed = Deed(
            DecisionKind.ACCEPT, run, set_name, by, now, notes, until=until, baseline_id=baseline.id,
            via=house.via or CLI,
        )  # fmt: skip
        chosen = {*done.taken, *dropped}
        said = [one for one in comparisons if one.view in chosen]
        if branch and not comparisons:  # a target that shows it later has nothing below it either
            said = [first_compared(shot) for shot in taken]
        take_back_words(ledger, set_name, approved_before, fresh, by=by, at=now)
        keep_decisions(house, ledger, deed, said)
        for shot in taken if as_variant else ():  # its letter may have meant another picture once
            ledger.drift_tracks.forget(set_name, shot.view, fresh[shot.view].variants[-1].picture.letter)
        store_consequences(ledger, after, at=now)
        if not branch:
            overtake(ledger, set_name, moved(current, baseline), new_id=house.clock.new_id, at=now)
        settle_reviews(ledger, set_name, at=now, decided=run.id if approval.is_whole else None)
    return done


def _detail(
    view_glob: str | None, drop_glob: str | None, views: Collection[View], *, as_variant: bool
) -> str:
    if as_variant:
        return f"{', '.join(map(str, sorted(views))) or view_glob or 'what differs'}, as a further variant"
    if views:
        return ", ".join(map(str, sorted(views)))
    if drop_glob is None:
        return view_glob or "all views"
    return f"{view_glob}; dropped {drop_glob}" if view_glob else f"dropped {drop_glob}"


def _quarantined(
    ledger: LedgerSession, set_name: str, shots: Sequence[Screenshot], now: datetime
) -> frozenset[View]:
    decisions = ledger.decisions.about(set_name, [shot.view for shot in shots])
    held = (one for one in decisions if one.kind is DecisionKind.QUARANTINE and one.stands(now))
    return frozenset(one.shown.view for one in held)


def _unmatched(run: Run, glob: str, what: str, views: Sequence[View]) -> str:
    names = ", ".join(map(str, views[:8])) or "none"
    return f"no {what} {run.id!r} matches {glob!r}; it has: {names}"


def _run(ledger: LedgerSession, run_id: RunId) -> Run:
    if (run := ledger.runs.find(run_id)) is None:
        raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs")
    refuse_as_baseline(run)
    return run
