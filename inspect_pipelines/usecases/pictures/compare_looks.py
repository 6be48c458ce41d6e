"""Compare looks: what a run saw of each view at first and, where that differed, at another look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from inspect_pipelines.domain.baseline import Baseline, expected, image_of
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift_track import Tracks
from inspect_pipelines.domain.element import selectors_at
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.retry import RetryClass, first_looks
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.sentence import OF_A_RUN, Terms
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.usecases.pictures.compare import compare

UNSETTLED = "; it looked different each time: "
ADVICE = "or wait for it with page.ready"
MOST_NAMED = 3


class Looks:
    """The comparisons of a run as its looks come in; the same looks in the same order say the same at any time.

    A view that differs must differ the same way twice; one that looks as approved at the last look was flaky. One that
    is new has nothing to look like, so another look tells nothing.

    Args:
        gallery: Where the pictures are.
        policy: How strictly they are compared.
        baseline: What of the set concerns the run's playbooks.
        sessions: Everything that was played so far, in order.
        draws: Whether overlays are drawn and kept; whoever only asks what is still open does without.
        terms: How the two sides are spoken of.
        beside: What a look itself saw of the other side, where that is no baseline but played along; None: it is one.
        tracks: What the passing runs of each approved picture left.
    """

    def __init__(
        self,
        gallery: Gallery,
        policy: BaselinePolicy,
        baseline: Baseline,
        sessions: Sequence[SessionResult],
        *,
        draws: bool,
        terms: Terms = OF_A_RUN,
        beside: Callable[[SessionResult], Baseline | None] | None = None,
        tracks: Tracks | None = None,
    ) -> None:
        self._gallery, self._policy, self._baseline, self._draws = gallery, policy, baseline, draws
        self._tracks = tracks
        self._terms, self._beside = terms, beside
        first = first_looks(sessions)
        shots = [shot for session in first for shot in session.screenshots]
        self._shots: dict[View, list[Screenshot]] = {shot.view: [shot] for shot in shots}
        self._theirs: dict[View, list[Screenshot]] = {
            shot.view: [shot] for each in first for shot in _theirs(each)
        }
        wanted = expected(baseline, first)
        findings = [each for session in first for each in session.findings]
        self.comparisons = compare(
            gallery, wanted, shots, policy, draws=draws, findings=findings, terms=terms, tracks=tracks
        )
        self._open = {
            each.view for each in self.comparisons if not each.passed and each.outcome is not Outcome.ADDED
        }
        for session in sessions:
            if session.cause == RetryClass.VISUAL:
                self.add(session)

    def open_views(self, playbook: str) -> set[View]:
        """Those of a playbook about which another look can tell more."""
        return {view for view in self._open if view.playbook == playbook}

    def add(self, look: SessionResult) -> None:
        """Take one more look into account; one that did not come to its end says nothing, and nobody looks again."""
        wanted = self.open_views(look.playbook)
        self._open -= wanted
        if look.status is not SessionStatus.COMPLETED:
            return
        if self._beside is not None and (side := self._beside(look)) is not None:
            self._baseline = side
        new = {shot.view: shot for shot in look.screenshots}
        theirs = {shot.view: shot for shot in _theirs(look)}
        # Also what is not open: a baseline that was accepted since may be what the first look shows, but the run's
        # picture of the view is the last one.
        views = wanted | new.keys()
        self.comparisons = [
            self._seen_again(new.get(each.view), theirs.get(each.view), each, look.findings)
            if each.view in views
            else each
            for each in self.comparisons
        ]
        for shot in look.screenshots:
            self._shots.setdefault(shot.view, []).append(shot)
        for shot in theirs.values():
            self._theirs.setdefault(shot.view, []).append(shot)
        self._open |= {
            each.view
            for each in self.comparisons
            if each.view in wanted and not each.passed and UNSETTLED in each.reason
        }

    def _seen_again(
        self,
        shot: Screenshot | None,
        other: Screenshot | None,
        before: Comparison,
        findings: Sequence[Finding],
    ) -> Comparison:
        view = before.view
        if shot is None:  # removed twice is removed; what was there once and is missing now is not the same
            same = before.outcome is Outcome.REMOVED
            return before if same else _unsettled(before)
        approved = {view: self._baseline.images[view]} if view in self._baseline.images else {}
        (now,) = compare(
            self._gallery,
            replace(self._baseline, images=approved),
            [shot],
            self._policy,
            draws=self._draws,
            findings=findings,
            terms=self._terms,
            tracks=self._tracks,
        )
        if now.passed:
            return now
        restless = self._restless(self._shots.get(view, []), shot)
        if restless is None and other is not None:
            restless = self._restless(self._theirs.get(view, []), other)
        return now if restless is None else _unsettled(now, restless)

    def _restless(self, before: Sequence[Screenshot], shot: Screenshot) -> list[str] | None:
        """What looks different at each look of one side; None: it looks as at one before."""
        found: list[str] = []
        for old in before:
            between = self._between(old, shot)
            if between.passed:
                return None
            found += selectors_at((region.box for region in between.regions), shot)
        return found

    def _between(self, old: Screenshot, new: Screenshot) -> Comparison:
        """Two looks of one run, beside each other."""
        images = {old.view: image_of(old, self._baseline.source_run_id)}
        beside = replace(self._baseline, images=images)
        (compared,) = compare(self._gallery, beside, [new], self._policy, draws=False)
        return compared


def _theirs(session: SessionResult) -> tuple[Screenshot, ...]:
    return session.beside.screenshots if session.beside is not None else ()


def _unsettled(comparison: Comparison, restless: Sequence[str] = ()) -> Comparison:
    told = comparison.reason.partition(UNSETTLED)[0]
    named = list(dict.fromkeys(restless))
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    what = (
        f"{', '.join(named[:MOST_NAMED])}{more} keeps changing; mask it"
        if named
        else "mask what changes by itself"
    )
    return replace(comparison, reason=f"{told}{UNSETTLED}{what}, {ADVICE}")
