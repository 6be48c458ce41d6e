"""The review room: a run's views in the order in which a person goes through them, with what was said of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from inspect_pipelines.domain.against import side_labels
from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.change_group import Unlike, groups, unlike
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import Decision, open_changes, settled
from inspect_pipelines.domain.element import selectors_at, selectors_within
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.report import OUTCOME_WORDS
from inspect_pipelines.queries.runs import RunSummary, summary

DOMINANT = 0.8  # of the picture; a frame round so much says nothing
KEPT = 512  # pairs of fingerprints whose answer is remembered; laying one over another takes milliseconds


@dataclass(frozen=True, slots=True)
class Looked:
    """A view of the run; its comparison is as people have decided about it by now."""

    view: View
    found: Comparison | None  # None: there was nothing to compare with
    shot: Screenshot | None  # None: the run does not show it
    waits: bool
    alike: tuple[View, ...]  # that show the same change, itself among them

    @property
    def differs(self) -> bool:
        """Whether a person is asked, or was: also where nothing was approved yet."""
        return self.found is None or not self.found.looks_as_approved

    @property
    def is_absorbed(self) -> bool:
        """Whether it changed, and that is within what the plan allows."""
        found = self.found
        return (
            found is not None
            and found.outcome is Outcome.UNCHANGED
            and bool(found.changed_ratio or found.layout_px)
        )

    @property
    def is_dominated(self) -> bool:
        """Whether one region is nearly all of the picture."""
        if self.found is None or self.shot is None:
            return False
        whole = self.shot.width * self.shot.height
        return any(one.box.area >= DOMINANT * whole for one in self.found.regions)

    def masks(self, box: Box) -> tuple[str, ...]:
        """By which selectors a playbook masks what stands there."""
        return selectors_at((box,), self.shot) if self.shot else ()

    def masks_within(self, box: Box) -> tuple[str, ...]:
        """The same of what somebody drew a box round."""
        return selectors_within(box, self.shot) if self.shot else ()


@dataclass(frozen=True, slots=True)
class ReviewRoom:
    """All that the page needs."""

    run: RunSummary
    definition_name: str | None  # None: it was deleted
    review: Review | None  # None: the run asked nobody
    views: tuple[Looked, ...]  # what differs first, and what shows the same change together
    decisions: tuple[Decision, ...]  # on this run, and of others that decided it; oldest first
    labels: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  # of each playbook's old and new pictures

    @property
    def branch(self) -> str:
        """Into whose own pictures an approval goes; empty: into the target's."""
        return parted(self.review.set)[1] if self.review else ""

    @property
    def is_open(self) -> bool:
        """Whether something may be said here: a newer run looks at the same otherwise."""
        return self.review is not None and self.review.superseded_by is None

    @property
    def asks_for_all(self) -> bool:
        """Whether its pictures are approved together: nothing was yet, or the environment is another one."""
        return (
            self.review is not None
            and not self.run.selection
            and self.review.state is ReviewState.WAITING
            and all(one.found is None or one.found.looks_as_approved for one in self.views)
        )

    @property
    def waiting(self) -> tuple[Looked, ...]:
        return tuple(one for one in self.views if one.waits)

    @property
    def asked(self) -> tuple[Looked, ...]:
        """Those that somebody has to decide about, or has."""
        return tuple(one for one in self.views if one.found is not None and one.differs)

    def find(self, view: str) -> Looked | None:
        return next((one for one in self.views if str(one.view) == view), None)

    def unlike(self, looked: Looked) -> list[Unlike]:
        """The views that show a part of the same change, and why they are not decided with it."""
        if looked.found is None:
            return []
        first = next((one.found for one in self.views if one.view == looked.alike[0]), None)
        found = [one.found for one in self.views if one.found]
        return unlike(first, looked.alike, found) if first else []

    def said_of(self, view: View) -> list[Decision]:
        """Everything that was said of a view, what was taken back too, newest first."""
        return [one for one in reversed(self.decisions) if one.shown.view == view]

    def last_of(self, by: str) -> list[Decision]:
        """What somebody said last on this run, all of it at once, and can still take back."""
        own = [
            one
            for one in self.decisions
            if one.run_id == self.run.id
            and one.by == by
            and one.withdrawn_at is None
            and one.baseline_id is None
        ]
        newest = max((one.at for one in own), default=None)
        return [one for one in own if one.at == newest]


def review_room(house: House, run_id: RunId) -> ReviewRoom | None:
    """A run of the ledger that has ended or goes on; None: there is none, or its evidence is kept no longer."""
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            return None
        definition = ledger.definitions.find(run.definition_id)
        review = ledger.review_queue.find(run.id)
        sessions = deciding(ledger.evidence.sessions(run.id))
        kept = [one for one in ledger.evidence.comparisons(run.id) if one.was_run]
        made = ledger.decisions.of_runs([run.id]).get(run.id, [])
        about: list[Decision] = []
        if review is not None:
            differing = [one.view for one in kept if not one.looks_as_approved]
            about = ledger.decisions.about(review.set, differing)
        compared = settled(kept, about, now=house.clock.now(), same_change=_is_same)
        decisions = _all_said(ledger, compared, made)
        reviews = ledger.reviews.of_run(run.id)
        shown = summary(house, run, reviews)
    shots = {shot.view: shot for session in sessions for shot in session.screenshots}
    waiting = {one.view for one in open_changes(compared)} if review else set()
    return ReviewRoom(
        shown,
        definition.name if definition else None,
        review,
        tuple(_ordered(kept, {one.view: one for one in compared}, shots, waiting)),
        tuple(decisions),
        {session.playbook: side_labels(sessions, session.playbook) for session in sessions},
    )


def next_review(house: House, room: ReviewRoom) -> RunId | None:
    """The run to look at next: of the same definition, else the one that waits longest; None: nothing waits."""
    with house.ledger.read() as ledger:
        waiting = ledger.review_queue.latest(ReviewState.WAITING, is_single=True)
    others = [one for one in reversed(waiting) if one.run_id != room.run.id]
    same = [one for one in others if one.definition_id == room.run.definition_id]
    return next((one.run_id for one in (*same, *others)), None)


def unfinished(house: House, room: ReviewRoom) -> list[View]:
    """The accepted views whose approved picture is still another one, in the order of the room."""
    if room.review is None:
        return []
    accepted = [
        one.found
        for one in room.views
        if one.found and one.found.said is not None and one.found.said.kind is DecisionKind.ACCEPT
    ]
    if not accepted:
        return []
    with house.ledger.read() as ledger:
        active = ledger.baselines.active(room.review.set)
    approved = {view: hashes(image) for view, image in active.images.items()} if active else {}
    return [one.view for one in accepted if one.new_sha256 not in (approved.get(one.view) or {None})]


def _ordered(
    kept: Sequence[Comparison],
    compared: Mapping[View, Comparison],
    shots: Mapping[View, Screenshot],
    waiting: set[View],
) -> Iterator[Looked]:
    """By what was found, which no decision changes, so that nothing moves while a person goes through it."""
    order = list(OUTCOME_WORDS)
    first = sorted(kept, key=lambda one: (order.index(one.outcome), -one.score, one.view))
    members = {view: group for group in groups(first, _is_same) for view in group}
    told: set[View] = set()
    for one in first:
        if one.view in told:
            continue
        alike = members.get(one.view, (one.view,))
        told.update(alike)
        for view in alike:
            yield Looked(view, compared[view], shots.get(view), view in waiting, alike)
    for view, shot in shots.items():
        if view not in told:
            yield Looked(view, None, shot, waits=False, alike=(view,))


def _all_said(
    ledger: LedgerSession, compared: Sequence[Comparison], made: Sequence[Decision]
) -> list[Decision]:
    own = {one.id for one in made}
    said = dict.fromkeys(one.said.decision_id for one in compared if one.said is not None)
    others = [found for one in said if one not in own and (found := ledger.decisions.find(one))]
    return sorted([*others, *made], key=lambda one: (one.at, one.id))


@lru_cache(maxsize=KEPT)
def _is_same(one: str, other: str) -> bool:
    from inspect_pipelines.imaging.fingerprint import is_same_change  # OpenCV: only where something differs

    return is_same_change(one, other)
