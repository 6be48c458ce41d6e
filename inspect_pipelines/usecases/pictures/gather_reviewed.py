"""Gather what a person decides about: a run, the incidents that it shows, and those that its pictures settle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.domain.approval import Reviewed
from inspect_pipelines.domain.branch import layer, parted
from inspect_pipelines.domain.environment_incident import is_of_environment
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.gather_affair import mailboxes


def gather_reviewed(
    ledger: LedgerSession, run: Run, definition: Definition | None, *, set_name: str = "", at: datetime
) -> Reviewed:
    """What a person's word about a run is about.

    Args:
        set_name: The baseline set that its pictures go into; empty: they go into none.
    """
    judged_alike = [
        incident
        for scope in (_sharing(ledger, run, set_name) if set_name else ())
        for incident in ledger.incidents.open_in(scope)
    ]
    shown = tuple(ledger.incidents.of_run(run.id))
    judged_alike += [one for one in shown if one.is_open and is_of_environment(one)]
    told = [target for incident in (*judged_alike, *shown) for target in incident.told]
    return Reviewed(
        run,
        definition,
        ledger.organizations.find().public_url,
        shown,
        tuple(judged_alike),
        mailboxes(ledger, told, at=at),
    )


def _sharing(ledger: LedgerSession, run: Run, set_name: str) -> Sequence[str]:
    """The scopes of the definitions that a baseline set judges."""
    shared, branch = parted(set_name)
    owners = [one.id for one in ledger.definitions.all() if (one.plan.baseline.set or one.id) == shared]
    return [f"definition:{layer(owner, branch)}" for owner in dict.fromkeys((run.definition_id, *owners))]
