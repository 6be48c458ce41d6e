"""Look again: what differs at first is played once more, before anybody calls it a change."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.baseline import baseline_set, concerning
from inspect_pipelines.domain.environment_change import changes_by_view, unaccepted
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import RetryClass, allowance, first_looks, is_faulty, spent
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.approved_for import accepted_of, judged_by
from inspect_pipelines.usecases.pictures.compare_looks import Looks
from inspect_pipelines.usecases.pictures.compare_sides import looks_at_sides
from inspect_pipelines.usecases.pictures.follow_drift import tolerated, tracks_of
from inspect_pipelines.usecases.runs.play import play


def look_again(
    house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False
) -> list[SessionResult]:
    """Play the playbooks of views that differ once more, where that can tell more; each look is kept as an attempt.

    Nobody looks again when the run fails anyway or needs a person in any case: a step failed, or the environment changed and nobody accepted it.
    Repeated after a crash it plays only the looks that are missing.

    Returns:
        The looks that were played now.
    """
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.definition_id) if run else None
        if run is None or definition is None:
            raise NotFound(
                f"run {run_id!r} cannot be looked at again: it or its definition is gone; start it again"
            )
        played = list(ledger.evidence.sessions(run_id))
        active = None if run.against else judged_by(ledger, definition, run)
        tracks = tracks_of(ledger, baseline_set(definition, run))
    policy, most = definition.plan.baseline, definition.plan.retries.visual
    first = first_looks(played)
    if not most or any(is_faulty(each) or each.status is not SessionStatus.COMPLETED for each in first):
        return []
    sides = looks_at_sides(house.gallery, run, policy, played, draws=False) if run.against else {}
    baseline = concerning(active, played, definition, run.selection)
    if not run.against:
        if baseline is None or not policy.enabled:
            return []
        changes = changes_by_view(baseline, [shot for session in first for shot in session.screenshots])
        if changes:
            with house.ledger.read() as ledger:
                accepted = accepted_of(ledger, changes)
            if unaccepted(changes, accepted):
                return []
        looked = tolerated(played, policy, tracks, baseline)
        looks = Looks(house.gallery, policy, baseline, looked, draws=False, tracks=tracks)
        sides = {session.playbook: looks for session in first}
    new: list[SessionResult] = []
    for request in session_requests(run, definition):
        if (looks_of := sides.get(request.playbook.id)) is None:
            continue
        attempts = [each for each in played if each.playbook == request.playbook.id]
        made = sum(1 for each in attempts if each.cause == RetryClass.VISUAL)
        while (views := looks_of.open_views(request.playbook.id)) and made < most:
            left = allowance(run.timeout_minutes) - spent([*played, *new])
            if not left or cancelled():
                return new
            look = play(
                house, run, request, attempt=len(attempts) + 1, cause=RetryClass.VISUAL, within=left, views=views,
                cancelled=cancelled,
            )  # fmt: skip
            looks_of.add(tolerated([look], policy, tracks, baseline)[0] if baseline else look)
            attempts.append(look)
            new.append(look)
            made += 1
    return new
