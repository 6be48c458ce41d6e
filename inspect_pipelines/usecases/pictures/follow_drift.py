"""Follow drift: how far each view that passes is from what a person approved last, and what its runs have added up to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.acceptance import approved_by_person
from inspect_pipelines.domain.any_of import FIRST
from inspect_pipelines.domain.baseline import Baseline, BaselineImage, baseline_set
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.comparison import NOT_MEASURED, Comparison, Outcome, Pair
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.drift_track import (
    Absorbed,
    Distance,
    Reading,
    Track,
    Tracks,
    advanced,
)
from inspect_pipelines.domain.element import reworded
from inspect_pipelines.domain.environment_change import change_of
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.compare import compare_pair

STRICT = BaselinePolicy(tolerance=0.0, layout_budget_px=0)  # whatever differs at all is drawn


class DriftMeter:
    """Measures the passing views of one run.

    A picture that is the approved one, or the one of the night before, costs nothing; another one is opened once more
    beside each of the two.

    Args:
        baseline: With the one picture of each view that it was compared with.
        tracks: Of the set, before this run.
        at: When it is compared, UTC.
        environments: The changes of its pictures' environment that a person accepted.
    """

    def __init__(
        self,
        gallery: Gallery,
        policy: BaselinePolicy,
        baseline: Baseline,
        tracks: Tracks,
        *,
        at: datetime,
        environments: Collection[str] = (),
    ) -> None:
        self._environments = environments
        self._gallery, self._policy, self._baseline = gallery, policy, baseline
        self._tracks, self._at = tracks, at
        self._methods: set[str] = set()

    def measured(
        self, comparisons: Sequence[Comparison], sessions: Sequence[SessionResult]
    ) -> list[Comparison]:
        """The comparisons, those of views that pass with what they have absorbed; one that has drifted passes no more."""
        shots = {(shot.view, str(shot.sha256)): shot for each in sessions for shot in each.screenshots}
        return [self._measured(one, shots.get((one.view, str(one.new_sha256)))) for one in comparisons]

    def _measured(self, found: Comparison, shot: Screenshot | None) -> Comparison:
        image = self._baseline.images.get(found.view)
        if shot is None or image is None or found.outcome is not Outcome.UNCHANGED or not found.passed:
            return found
        by = approved_by_person(image)
        if change := change_of(by, shot):  # another browser draws otherwise; that is one review, and no drift
            return self._elsewhere(found, image, shot) if change in self._environments else found
        distance = self._distance(found, by, shot)
        if distance is None:
            return found
        track = self._track(found.view)
        spent = distance.of_budget(found.tolerance, self._policy.layout_budget_px)
        step = self._step(track, by, distance, shot)
        reading = Reading(self._at, shot.sha256, by.sha256, self._method(found), distance, step, spent)
        after = advanced(track, reading)
        absorbed = Absorbed(distance, spent, after, after.due(self._at))
        measured = replace(found, absorbed=absorbed)
        return self._adrift(measured, by, shot) if absorbed.due else measured

    def _elsewhere(self, found: Comparison, image: BaselineImage, shot: Screenshot) -> Comparison:
        """In an environment that a person accepted; what it cannot be blamed for, or not for sure, waits for a person."""
        track, by = self._track(found.view), approved_by_person(image)
        if reworded(image, shot):
            why = "another environment was accepted, and with it the page says another text"
        elif track is not None and track.since is not None and track.anchor == by.sha256:
            why = f"before another environment was accepted, {track.told(track.since)}"
        else:
            return found
        distance = self._distance(found, by, shot) or Distance(found.score, found.layout_px)
        spent = distance.of_budget(found.tolerance, self._policy.layout_budget_px)
        kept = track or Track(by.sha256, self._method(found), by.sha256, self._at)
        return self._adrift(replace(found, absorbed=Absorbed(distance, spent, kept, why)), by, shot)

    def _track(self, view: View) -> Track | None:
        """Of the picture that the run was compared with: what runs spent beside another one says nothing of it."""
        return self._tracks.get(view, {}).get(self._baseline.images[view].letter)

    def _distance(self, found: Comparison, by: BaselineImage, shot: Screenshot) -> Distance | None:
        if by.sha256 == shot.sha256:
            return Distance()
        if by.sha256 == found.old_sha256:
            return Distance(found.score, found.layout_px)
        return self._between(by, shot)

    def _step(
        self, track: Track | None, by: BaselineImage, distance: Distance, shot: Screenshot
    ) -> Distance | None:
        last = track.last if track is not None else by.sha256
        if last == shot.sha256:
            return Distance()
        if last == by.sha256:
            return distance
        before = replace(by, sha256=last, masked=shot.masked, elements=(), texts=(), anchor=None)
        return self._between(before, shot)

    def _between(self, old: BaselineImage, shot: Screenshot) -> Distance | None:
        """None: one of them is gone or damaged."""
        found = compare_pair(self._gallery, Pair(shot.view, old, shot), self._policy, draws=False)
        readable = found.outcome in (Outcome.CHANGED, Outcome.UNCHANGED)
        if not readable:
            return None
        self._methods.add(found.score_method)
        return Distance(found.score, found.layout_px)

    def _method(self, found: Comparison) -> str:
        """That of all scores of this run; empty: every picture was the same one."""
        measured = {*self._methods, found.score_method} - {NOT_MEASURED}
        return next(iter(measured), "")

    def _adrift(self, found: Comparison, by: BaselineImage, shot: Screenshot) -> Comparison:
        """It as a person is to see it: beside what they approved, with all that differs drawn."""
        assert found.absorbed is not None
        plainly = replace(shot, tolerance=None)
        shown = compare_pair(self._gallery, Pair(found.view, by, plainly), STRICT)
        told = shown.reason.rpartition(" (score ")[0] or shown.reason
        return replace(
            shown,
            outcome=Outcome.CHANGED,
            passed=False,
            reason=f"it drifted from what a person approved: {found.absorbed.due}; {told}",
            tolerance=found.tolerance,
            absorbed=found.absorbed,
            variant=found.variant,
        )


def tolerated(
    sessions: Sequence[SessionResult], policy: BaselinePolicy, tracks: Tracks, baseline: Baseline
) -> list[SessionResult]:
    """The sessions with the tolerance that each view's own noise asks for, where the plan says `auto`; a playbook's own stands.

    Where several pictures are approved each has its own, and who compares with it knows.
    """
    if not policy.is_auto:
        return [*sessions]

    def with_own(shot: Screenshot) -> Screenshot:
        image = baseline.images.get(shot.view)
        is_one = image is not None and not image.variants
        track = tracks.get(shot.view, {}).get(image.letter) if image is not None and is_one else None
        fits = track.tolerance if track is not None and shot.tolerance is None else None
        return shot if fits is None else replace(shot, tolerance=fits)

    return [
        replace(session, screenshots=tuple(with_own(shot) for shot in session.screenshots))
        for session in sessions
    ]


def known_changes(
    ledger: LedgerSession, set_name: str, comparisons: Sequence[Comparison], *, now: datetime
) -> list[Comparison]:
    """The comparisons, those of which a person accepted exactly this change before with that decision."""
    passing = {
        one.view: one
        for one in comparisons
        if one.looks_as_approved and one.absorbed is not None and one.fingerprint
    }
    if not passing:
        return [*comparisons]
    from inspect_pipelines.imaging.fingerprint import is_same_change  # OpenCV: only where something differs

    accepted: dict[View, Decision] = {}
    for said in ledger.decisions.about(set_name, list(passing)):
        found = passing[said.shown.view]
        is_word = said.kind is DecisionKind.ACCEPT and said.stands(now)
        if is_word and is_same_change(said.shown.fingerprint, found.fingerprint):
            accepted[found.view] = said
    return [
        replace(one, absorbed=replace(one.absorbed, by=accepted[one.view].id))
        if one.absorbed is not None and one.view in accepted
        else one
        for one in comparisons
    ]


def keep_drift(
    ledger: LedgerSession, run: Run, definition: Definition, comparisons: Sequence[Comparison]
) -> None:
    """Keep the tracks as a run that has ended leaves them."""
    tracks = {
        one.view: {one.variant or FIRST: one.absorbed.track}
        for one in comparisons
        if one.absorbed is not None
    }
    if tracks and not run.against:
        ledger.drift_tracks.keep(baseline_set(definition, run), tracks)


def tracks_of(ledger: LedgerSession, set_name: str) -> Tracks:
    """Of a target's set; a branch's own pictures were approved a moment ago, and drift from nothing."""
    return {} if parted(set_name)[1] else ledger.drift_tracks.of(set_name)
