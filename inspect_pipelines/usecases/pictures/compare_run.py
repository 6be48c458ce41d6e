"""Compare a run: its pictures with the baseline of its set, and keep the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inspect_pipelines.domain.any_of import as_compared, in_force
from inspect_pipelines.domain.baseline import Baseline, baseline_set, concerning, unattempted
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.comparison import Comparison, not_attempted
from inspect_pipelines.domain.environment_change import changes_by_view
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import deciding, shown
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.approved_for import accepted_of, judged_by
from inspect_pipelines.usecases.pictures.compare_looks import Looks
from inspect_pipelines.usecases.pictures.compare_sides import compare_sides
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.follow_drift import DriftMeter, known_changes, tolerated, tracks_of
from inspect_pipelines.usecases.pictures.promote import follow_layers, shown_alike
from inspect_pipelines.usecases.runs.refuse_ended import refuse_ended


def compare_run(house: House, run_id: RunId) -> list[Comparison]:
    """One comparison a view, after all looks at it, as people decided about it before; empty when comparing is off or nothing is approved.

    Of a run that is looked at beside another address: each view of either side, with no word of anybody.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.definition_id) if run else None
        if run is None or definition is None:
            raise NotFound(f"run {run_id!r} cannot be compared: it or its definition is gone; start it again")
        sessions = shown(ledger.evidence.sessions(run_id))
        set_name = baseline_set(definition, run)
        if run.against:
            active, layers = None, []
        else:
            active = judged_by(ledger, definition, run)
            kept = ledger.baselines.layers(set_name) if not parted(set_name)[1] else []
            layers = [own for one in kept if (own := in_force(one, run.requested_at))]
        tracks = tracks_of(ledger, set_name)
    if run.against:
        comparisons = compare_sides(house.gallery, run, definition.plan.baseline, sessions)
        with house.ledger.write() as ledger:
            refuse_ended(ledger, run_id)
            ledger.evidence.save_comparisons(run_id, comparisons)
        return comparisons
    policy, shots = definition.plan.baseline, [one for each in deciding(sessions) for one in each.screenshots]
    baseline = concerning(active, sessions, definition, run.selection) or _nothing_below(layers, shots)
    if not policy.enabled:
        return []
    compared: list[Comparison] = []
    if baseline is not None:
        looked = tolerated(sessions, policy, tracks, baseline)
        compared = Looks(house.gallery, policy, baseline, looked, draws=True, tracks=tracks).comparisons
        if not parted(set_name)[1]:
            one_each = as_compared(baseline, compared) or baseline
            accepted = _accepted(house, one_each, shots)
            meter = DriftMeter(house.gallery, policy, one_each, tracks, at=now, environments=accepted)
            compared = meter.measured(compared, looked)
    left = not_attempted(unattempted(active, definition, run.selection), run.selection)
    if not compared and not left:
        return []
    alike = shown_alike(house.gallery, policy, layers, compared, shots)
    with house.ledger.write() as ledger:
        refuse_ended(ledger, run_id)
        if policy.update_on_success:
            compared = known_changes(ledger, set_name, compared, now=now)
        comparisons = follow(ledger, set_name, compared, at=now)
        comparisons = [*follow_layers(ledger, comparisons, alike, at=now), *left]
        ledger.evidence.save_comparisons(run_id, comparisons)
    return comparisons


def _accepted(house: House, baseline: Baseline, shots: Sequence[Screenshot]) -> frozenset[str]:
    changes = changes_by_view(baseline, shots)
    if not changes:
        return frozenset()
    with house.ledger.read() as ledger:
        return accepted_of(ledger, changes)


def _nothing_below(layers: Sequence[Baseline], shots: Sequence[Screenshot]) -> Baseline | None:
    """The empty baseline of a target on which nothing is approved yet, where a branch had something approved of what it shows."""
    shown = {shot.view for shot in shots}
    first = next((one for one in layers if shown & one.images.keys()), None)
    return None if first is None else replace(first, images={}, gone=())
