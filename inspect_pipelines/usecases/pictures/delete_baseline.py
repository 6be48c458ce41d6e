"""Delete a baseline that is not in use: it is kept out of sight, and can be restored."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.facts.baseline import baseline_deleted_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


def delete_baseline(house: House, baseline_id: BaselineId, *, confirmed: str | None, by: str) -> Baseline:
    """Take it out of the lists and out of what a rollback goes back to; its pictures stay.

    Args:
        house: Ports.
        baseline_id: Of what is deleted; one that was deleted before stays so.
        confirmed: Its id once more.
        by: Who asks.

    Raises:
        NotFound: There is none.
        Refused: It is in use, or nobody confirmed it.
    """
    with house.ledger.write() as ledger:
        found = _known(ledger, baseline_id)
        if found.is_active:
            raise Refused(
                f"baseline {baseline_id!r} is not deleted: it is the one in use of {found.set!r}; put another one in use "
                f"first, with: inspect-pipelines baselines rollback {found.set}"
            )
        if confirmed != baseline_id:
            raise Refused(
                f"baseline {baseline_id!r} of {found.set!r} with {len(found.images)} pictures would be deleted; nothing was "
                f"changed: to delete it, name it once more with ?confirm={baseline_id} (it is kept, and can be restored)"
            )
        if found.deleted_at is None:
            now = house.clock.now()
            ledger.baselines.delete(baseline_id, by=by, at=now)
            _tell(ledger, "baseline_deleted", baseline_id, at=now)
        return _known(ledger, baseline_id)


def restore_baseline(house: House, baseline_id: BaselineId, *, by: str) -> Baseline:
    """Make a deleted baseline one of its set again, out of use; raises `NotFound`."""
    with house.ledger.write() as ledger:
        if _known(ledger, baseline_id).deleted_at is not None:
            now = house.clock.now()
            ledger.baselines.restore(baseline_id, by=by, at=now)
            _tell(ledger, "baseline_restored", baseline_id, at=now)
        return _known(ledger, baseline_id)


def _tell(ledger: LedgerSession, kind: str, baseline_id: BaselineId, *, at: datetime) -> None:
    ledger.journal.append(kind, baseline_deleted_facts(_known(ledger, baseline_id)), at=at)


def _known(ledger: LedgerSession, baseline_id: BaselineId) -> Baseline:
    found = ledger.baselines.find(baseline_id)
    if found is None:
        raise NotFound(
            f"baseline {baseline_id!r} does not exist; list them with: inspect-pipelines baselines list"
        )
    return found
