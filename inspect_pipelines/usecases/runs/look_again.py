"""Look again: a view that differs must differ the same way twice; one that looks as approved then was flaky."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.comparison import Comparison, Outcome, environment_changes
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.retry import Cause, allowance, deciding, is_faulty, spent
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.runs.play import play


def look_again(
    house: House,
    run: Run,
    definition: Definition,
    baseline: Baseline,
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Comparison]:
    """The comparisons, the failed ones after another look where that can tell more; each look is kept as an attempt.

    Nobody looks again when the run fails anyway or needs a person in any case: a step failed, or the environment changed.
    """
    played, current = list(sessions), list(comparisons)
    decided = deciding(played)
    shots = [shot for session in decided for shot in session.screenshots]
    if any(is_faulty(each) or each.status is not SessionStatus.COMPLETED for each in decided):
        return current
    if environment_changes(baseline, shots):
        return current
    for request in session_requests(run, definition):
        seen = _Seen(house, definition.plan.baseline, baseline)
        for shot in shots:
            seen.note(shot)
        open_views = {
            each.view for each in current if not each.passed and each.view.playbook == request.playbook.id
        }
        made = sum(
            1 for each in played if each.playbook == request.playbook.id and each.cause == Cause.VISUAL
        )
        while open_views and made < definition.plan.retries.visual:
            left = allowance(run.timeout_minutes) - spent(played)
            if not left or cancelled():
                break
            attempt = 1 + sum(1 for each in played if each.playbook == request.playbook.id)
            look = play(
                house, run, request, attempt=attempt, cause=Cause.VISUAL, within=left, views=open_views,
                cancelled=cancelled,
            )  # fmt: skip
            played.append(look)
            made += 1
            if look.status is not SessionStatus.COMPLETED:
                break  # it says nothing about the views; the first look stands
            settled = seen.settle(look.screenshots, open_views, {each.view: each for each in current})
            current = [settled.get(each.view, each) for each in current]
            open_views = {view for view in open_views if view in settled and not _is_settled(settled[view])}
    return current


UNSETTLED = "; it looked different each time"


def _is_settled(comparison: Comparison) -> bool:
    return comparison.passed or not comparison.reason.endswith(UNSETTLED)


class _Seen:
    """What each differing view looked like so far."""

    def __init__(self, house: House, policy: BaselinePolicy, baseline: Baseline) -> None:
        self._house, self._policy, self._baseline = house, policy, baseline
        self._shots: dict[View, list[Screenshot]] = {}

    def note(self, shot: Screenshot) -> None:
        self._shots.setdefault(shot.view, []).append(shot)

    def settle(
        self, shots: Sequence[Screenshot], views: set[View], before: dict[View, Comparison]
    ) -> dict[View, Comparison]:
        """Each view's comparison after this look."""
        new = {shot.view: shot for shot in shots}
        settled = {view: self._settled(new.get(view), before[view]) for view in views}
        for shot in shots:
            self.note(shot)
        return settled

    def _settled(self, shot: Screenshot | None, before: Comparison) -> Comparison:
        view = before.view
        if shot is None:  # removed twice is removed; what was there once and is missing now is not the same
            same = before.outcome is Outcome.REMOVED
            return before if same else replace(before, reason=before.reason + UNSETTLED)
        approved = {view: self._baseline.images[view]} if view in self._baseline.images else {}
        (now,) = compare(self._house.gallery, replace(self._baseline, images=approved), [shot], self._policy)
        if now.passed or any(self._are_alike(old, shot) for old in self._shots.get(view, [])):
            return now
        return replace(now, reason=now.reason + UNSETTLED)

    def _are_alike(self, old: Screenshot, new: Screenshot) -> bool:
        images = {old.view: image_of(old, self._baseline.source_run_id)}
        (compared,) = compare(
            self._house.gallery, replace(self._baseline, images=images), [new], self._policy
        )
        return compared.passed
