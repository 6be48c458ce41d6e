"""Settle a repair: what a person says about a proposal. Whoever accepts has changed the file; nothing here does."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.repair import Repair, RepairStatus
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.repairs import find_repair


def settle_repair(house: House, repair_id: str, status: RepairStatus, *, by: str, reason: str = "") -> Repair:
    """Keep it; the same said twice changes nothing.

    Args:
        status: ACCEPTED or DECLINED.
        by: `user:NAME`, or `local`.

    Raises:
        NotFound: There is none.
        Refused: It was settled otherwise, or never proposed.
    """
    with house.ledger.write() as ledger:
        found = find_repair(ledger, repair_id)
        if found.status is status:
            return found
        refuse_unless_open(found)
        settled = replace(found, status=status, reason=reason, decided_by=by, decided_at=house.clock.now())
        ledger.repairs.save(settled)
    return settled


def refuse_unless_open(repair: Repair) -> None:
    """Return if a person may still decide.

    Raises:
        Refused: Nobody may.
    """
    if repair.status is RepairStatus.REFUSED:
        raise Refused(f"repair {repair.id!r} was never proposed: {repair.reason}")
    if repair.status is not RepairStatus.PROPOSED:
        raise Refused(f"repair {repair.id!r} is {repair.status.value} already, by {repair.decided_by}")
