"""Measure drift: a view's pictures of later runs beside what a person approved last; what rules took over hides it from every single run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inspect_pipelines.domain.acceptance import approved_by_person
from inspect_pipelines.domain.any_of import FIRST, hashes, meant, pictures
from inspect_pipelines.domain.audit import is_by_rule
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift import Drift, DriftPoint
from inspect_pipelines.domain.ids import DefinitionId, Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.compare import compare

RUNS = 30  # newest ones: a month of nights
COMPARED = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)
KEPT_SCORES = 4096
_SCORES: dict[tuple[Sha256, Sha256], float] = {}  # a pair of hashes never changes


def measure_drift(house: House, set_name: str, view: View, letter: str = "") -> Drift | None:
    """How far runs are from what a person approved last; None: nobody ever approved a picture of that view there.

    A pair of pictures that no run compared takes tens of milliseconds, once. Of a view that may look several ways it is
    about one of its pictures, and about the runs that were compared with that one.

    Args:
        letter: Of that picture; empty, or none of them: the first.
    """
    with house.ledger.read() as ledger:
        users = [one for one in ledger.definitions.all() if (one.plan.baseline.set or one.id) == set_name]
        since = _by_person(ledger, set_name)
        if since is None or view not in since.images:
            return None
        runs = _runs(ledger, users, since)
        sessions = ledger.evidence.sessions_of([run.id for run in runs])
        told = ledger.evidence.comparisons_of([run.id for run in runs])
    shown = [
        (run, shot)
        for run in runs
        for session in deciding(sessions.get(run.id, ()))
        for shot in session.screenshots
        if shot.view == view
    ]
    chosen = meant(since.images[view], letter)
    if since.images[view].variants:
        known = {one.sha256: one.letter for one in pictures(since.images[view])}
        shown = [
            (run, shot)
            for run, shot in shown
            if known.get(shot.sha256, _letter(told.get(run.id, ()), view)) == chosen.letter
        ]
    since = replace(since, images={view: chosen})
    image = approved_by_person(chosen)
    points = tuple(
        DriftPoint(
            run.id,
            run.requested_at,
            shot.sha256,
            _score(house.gallery, since, shot, told.get(run.id, ())),
            bool(image.environment.differences(shot.environment)),
        )
        for run, shot in shown
    )
    tolerance = _tolerance(users, [shot for _, shot in shown])
    return Drift(view, since.id, since.created_by, since.created_at, image.sha256, tolerance, points)


def letters(house: House, set_name: str, view: View) -> tuple[str, ...]:
    """Of the pictures that a person approved of a view; one: it may look one way."""
    with house.ledger.read() as ledger:
        since = _by_person(ledger, set_name)
    image = since.images.get(view) if since else None
    return tuple(one.letter for one in pictures(image)) if image else ()


def drifting_views(house: House, set_name: str) -> tuple[View, ...]:
    """The views of which a person approved a picture last; first those that rules have taken over since."""
    with house.ledger.read() as ledger:
        since, active = _by_person(ledger, set_name), ledger.baselines.active(set_name)
    if since is None or active is None:
        return ()

    def is_same(view: View) -> bool:
        now = active.images.get(view)
        return now is not None and hashes(now) == hashes(since.images[view])

    return tuple(sorted(since.images, key=lambda view: (is_same(view), view)))


def _letter(told: Sequence[Comparison], view: View) -> str:
    """Of the approved picture that a run's view was compared with."""
    return next((one.variant or FIRST for one in told if one.view == view), "")


def _by_person(ledger: LedgerSession, set_name: str) -> Baseline | None:
    active = ledger.baselines.active(set_name)
    if active is None or not is_by_rule(active.created_by):
        return active
    return ledger.baselines.of_a_person(set_name, before=Position(active.created_at, active.id))


def _runs(ledger: LedgerSession, users: Sequence[Definition], since: Baseline) -> list[Run]:
    """Oldest first."""
    found = [
        run
        for one in users
        for run in ledger.runs.matching(
            RunFilter(definition_id=DefinitionId(one.id), status=COMPARED, since=since.created_at),
            limit=RUNS,
        )
    ]
    return sorted(found, key=lambda run: (run.requested_at, run.id))[-RUNS:]


def _score(gallery: Gallery, since: Baseline, shot: Screenshot, told: Sequence[Comparison]) -> float | None:
    from inspect_pipelines.imaging.score import SCORE_METHOD  # OpenCV: only where it is asked for

    approved = approved_by_person(since.images[shot.view])
    pair = (approved.sha256, shot.sha256)
    if approved.sha256 == shot.sha256:
        return 0.0
    for one in told:
        if (one.old_sha256, one.new_sha256) == pair and one.score_method == SCORE_METHOD:
            return one.score
    if not _is_kept(gallery, shot.sha256):
        return None  # also where its score is known: what is drawn can be looked at
    if pair not in _SCORES:
        alone = replace(since, images={shot.view: approved})
        (found,) = compare(gallery, alone, [shot], BaselinePolicy(), draws=False)
        if found.outcome is Outcome.UNREADABLE:
            return None  # until a later run shows the same picture again
        if len(_SCORES) >= KEPT_SCORES:
            _SCORES.clear()
        _SCORES[pair] = found.score
    return _SCORES[pair]


def _is_kept(gallery: Gallery, sha256: Sha256) -> bool:
    try:
        gallery.stat(sha256)
    except (NotFound, Unreadable):
        return False
    return True


def _tolerance(users: Sequence[Definition], shots: Sequence[Screenshot]) -> float:
    """The newest picture's own, which its playbook says, else the plan's."""
    own = [shot.tolerance for shot in shots if shot.tolerance is not None]
    plans = [one.plan.baseline.tolerance for one in users] or [BaselinePolicy().tolerance]
    return own[-1] if own else min(plans)
