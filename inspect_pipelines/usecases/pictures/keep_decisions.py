"""Keep decisions: a person's word about each view that differs, by what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import OF_READABLE, Decision, shown_by
from inspect_pipelines.domain.ids import BaselineId, DecisionId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person decides, over all views that they chose."""

    kind: DecisionKind
    run: Run
    set: str
    by: str
    at: datetime  # UTC
    note: str = ""
    owner: str = ""
    until: datetime | None = None
    baseline_id: BaselineId | None = None
    via: str = "cli"
    is_proposal: bool = False


def keep_decisions(
    house: House, ledger: LedgerSession, deed: Deed, chosen: Sequence[Comparison]
) -> list[Decision]:
    """Store one decision for each that differs; what looks as approved needs none, nor what the same word settles.

    Args:
        chosen: Comparisons of the run, as people had decided about them before.
    """
    kept = []
    for one in chosen:
        is_said = one.said is not None and one.said.kind is deed.kind and not deed.until
        is_seen = one.outcome is not Outcome.UNREADABLE or deed.kind not in OF_READABLE
        is_right = one.looks_as_approved and deed.kind is not DecisionKind.QUARANTINE
        if is_right or is_said or not is_seen:
            continue
        decision = Decision(
            DecisionId(house.clock.new_id()),
            deed.run.org_id,
            deed.set,
            deed.kind,
            shown_by(one),
            deed.run.id,
            deed.by,
            deed.at,
            deed.note,
            deed.owner,
            deed.until,
            deed.baseline_id,
            deed.via,
            deed.is_proposal,
        )
        ledger.decisions.add(decision)
        kept.append(decision)
    return kept
