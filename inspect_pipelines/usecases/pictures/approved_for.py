"""What is approved for a run: the target's pictures, and those of the run's own branch over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspect_pipelines.domain.any_of import in_force
from inspect_pipelines.domain.baseline import Baseline, baseline_set, target_set
from inspect_pipelines.domain.environment_change import changes_by_view, unaccepted
from inspect_pipelines.domain.layer import over
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession


def approved_for(ledger: LedgerSession, definition: Definition | None, run: Run) -> Baseline | None:
    """Of all playbooks of the set; None: nothing is."""
    shared, own = target_set(definition, run), baseline_set(definition, run)
    target = ledger.baselines.active(shared)
    return target if own == shared else over(target, ledger.baselines.active(own))


def judged_by(ledger: LedgerSession, definition: Definition | None, run: Run) -> Baseline | None:
    """What a run is compared with: that, without the variants that had ended when it was asked for."""
    return in_force(approved_for(ledger, definition, run), run.requested_at)


def unaccepted_of(
    ledger: LedgerSession, baseline: Baseline | None, shots: Iterable[Screenshot]
) -> tuple[str, ...]:
    """What became of the environment since the pictures were approved, and nobody has accepted."""
    changes = changes_by_view(baseline, shots)
    return unaccepted(changes, accepted_of(ledger, changes))


def accepted_of(ledger: LedgerSession, changes: Mapping[View, str]) -> frozenset[str]:
    """Of the changes of views' environment, those that a person accepted; most runs have none, and nobody is asked."""
    return ledger.environments.accepted_of({*changes.values()}) if changes else frozenset()
