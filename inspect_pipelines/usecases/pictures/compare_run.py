"""Compare a run: its pictures with the baseline of its set, and keep the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inspect_pipelines.domain.baseline import Baseline, baseline_set, concerning
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.runs.look_again import look_again


def compare_run(
    house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False
) -> list[Comparison]:
    """One comparison a view, after another look at those that differ; empty when comparing is off or nothing is approved."""
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.org_id, run.definition_id) if run else None
        if run is None or definition is None:
            raise NotFound(f"run {run_id!r} cannot be compared: it or its definition is gone; start it again")
        sessions = ledger.evidence.sessions(run_id)
        active = ledger.baselines.active(run.org_id, baseline_set(definition, run))
    decided = deciding(sessions)
    baseline = concerning(active, {session.playbook for session in sessions})
    if baseline is None or not definition.plan.baseline.enabled:
        return []
    shots = [shot for session in decided for shot in session.screenshots]
    comparisons = compare(house.gallery, expected(baseline, decided), shots, definition.plan.baseline)
    comparisons = look_again(house, run, definition, baseline, sessions, comparisons, cancelled=cancelled)
    with house.ledger.write() as ledger:
        ledger.evidence.save_comparisons(run_id, comparisons)
    return comparisons


def expected(baseline: Baseline, sessions: list[SessionResult]) -> Baseline:
    """The baseline without the views that a session never came to, as it ended early.

    Such a session fails the run by itself; calling its untaken pictures "removed" would blame the site for more than
    it did. Views of playbooks that are not in this run belong to another definition of a shared set.
    """
    taken = {shot.view for session in sessions for shot in session.screenshots}
    finished = {session.playbook for session in sessions if session.status is SessionStatus.COMPLETED}
    images = {
        view: image for view, image in baseline.images.items() if view in taken or view.playbook in finished
    }
    return replace(baseline, images=images)
