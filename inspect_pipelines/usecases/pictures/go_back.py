"""Go back to another baseline of a set, and take back the words for what goes out of use."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.branch import named
from inspect_pipelines.domain.decision import contradicted
from inspect_pipelines.domain.ids import BaselineId, Sha256
from inspect_pipelines.domain.layer import moved
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.facts.baseline import baseline_activated_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.promote import NewId, overtake


def activate(house: House, baseline_id: BaselineId, *, by: str) -> Baseline:
    """Put an older (or newer) baseline back in use."""
    now = house.clock.now()
    with house.ledger.write() as ledger:
        baseline = ledger.baselines.find(baseline_id)
        if baseline is None:
            raise NotFound(
                f"baseline {baseline_id!r} does not exist; list them with: inspect-pipelines baselines list"
            )
        if baseline.deleted_at is not None:
            raise Refused(
                f"baseline {baseline_id!r} cannot be put in use: it is deleted; restore it first, with: "
                f"inspect-pipelines baselines restore {baseline_id}"
            )
        if not baseline.is_active:
            _activate(ledger, baseline, by, now, house.clock.new_id)
    return baseline


def roll_back(house: House, set_name: str, *, by: str) -> Baseline:
    """Put the baseline before the active one back in use."""
    now = house.clock.now()
    with house.ledger.write() as ledger:
        newest_first = ledger.baselines.all(set_name)
        if not newest_first:
            raise none_in(set_name)
        active = next((at for at, baseline in enumerate(newest_first) if baseline.is_active), -1)
        older = newest_first[active + 1 :]
        if not older:
            raise Refused(
                f"baseline set {named(set_name)!r} cannot be rolled back: its oldest baseline is already in use"
            )
        _activate(ledger, older[0], by, now, house.clock.new_id)
        return older[0]


def none_in(set_name: str) -> NotFound:
    """Says that a set has no baseline."""
    return NotFound(
        f"baseline set {named(set_name)!r} has no baseline; adopt one with: inspect-pipelines baselines adopt RUN"
    )


def _activate(ledger: LedgerSession, baseline: Baseline, by: str, now: datetime, new_id: NewId) -> None:
    before = ledger.baselines.active(baseline.set)
    _take_back(ledger, baseline, by, now)
    ledger.baselines.activate(baseline.id, at=now)
    ledger.reviews.append(
        baseline.source_run_id, "activated", by=by, detail=f"baseline {baseline.id}", at=now
    )
    body = baseline_activated_facts(baseline.org_id, baseline.set, baseline.id, now)
    ledger.journal.append("baseline_activated", body, at=now)
    if not baseline.branch:
        overtake(ledger, baseline.set, moved(before, baseline), new_id=new_id, at=now)


def _take_back(ledger: LedgerSession, baseline: Baseline, by: str, now: datetime) -> None:
    """To go back behind several baselines is to go back behind each, so what any of them had accepted is asked about again."""
    before = []
    for each in ledger.baselines.all(baseline.set, with_deleted=True):  # newest first
        if each.id == baseline.id:
            break
        before.append(each)
    if not any(each.is_active for each in before):  # it is newer than the one in use
        before = [each for each in (ledger.baselines.active(baseline.set),) if each is not None]
    gone = [_pictures(each) for each in before]
    views = {view for each in (baseline, *before) for view in each.images}
    for decision in contradicted(
        ledger.decisions.about(baseline.set, views), gone, _pictures(baseline), now=now
    ):
        ledger.decisions.withdraw(decision.id, by=by, at=now)


def _pictures(baseline: Baseline) -> dict[View, frozenset[Sha256]]:
    return {view: hashes(one) for view, one in baseline.images.items()}
