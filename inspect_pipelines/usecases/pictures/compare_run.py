"""Compare a run: its pictures with the baseline of its set, and keep the result."""

from __future__ import annotations

from inspect_pipelines.domain.baseline import baseline_set, concerning
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare_looks import Looks
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.runs.refuse_ended import refuse_ended


def compare_run(house: House, run_id: RunId) -> list[Comparison]:
    """One comparison a view, after all looks at it, as people decided about it before; empty when comparing is off or nothing is approved."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.definition_id) if run else None
        if run is None or definition is None:
            raise NotFound(f"run {run_id!r} cannot be compared: it or its definition is gone; start it again")
        sessions = ledger.evidence.sessions(run_id)
        set_name = baseline_set(definition, run)
        active = ledger.baselines.active(set_name)
    baseline = concerning(active, sessions, definition)
    if baseline is None or not definition.plan.baseline.enabled:
        return []
    compared = Looks(house.gallery, definition.plan.baseline, baseline, sessions, draws=True).comparisons
    with house.ledger.write() as ledger:
        refuse_ended(ledger, run_id)
        comparisons = follow(ledger, set_name, compared, at=now)
        ledger.evidence.save_comparisons(run_id, comparisons)
    return comparisons
