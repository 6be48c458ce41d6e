"""Hold: whoever is about to let go of things by their age asks here first, since a clock that leaps makes everything old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.domain.retention import HELD, SWEPT, leapt
from inspect_pipelines.ports.house import House


def hold(houses: Sequence[House], *, now: datetime, by: str) -> str:
    """Why nothing is let go of this time, kept in the audit of each; empty: it may be."""
    stands = [_last(house) for house in houses]
    swept = max((swept.happened_at for swept, _ in stands if swept), default=None)
    held = max(
        (held.happened_at for swept, held in stands if held and (swept is None or held.seq > swept.seq)),
        default=None,
    )
    gone = leapt(now, swept=swept, held=held)
    if swept is None or gone is None:
        return ""
    why = (
        f"the clock says {now:%Y-%m-%d %H:%M} UTC, {gone.days} days after the last sweep, of {swept:%Y-%m-%d %H:%M} UTC; "
        "in case the clock is wrong, nothing was let go of: look at it, the sweep of the next night goes on"
    )
    for house in houses:
        with house.ledger.write() as ledger:
            ledger.audit.append(HELD, "home", by=by, at=now, detail=why)
    return why


def _last(house: House) -> tuple[AuditEntry | None, AuditEntry | None]:
    with house.ledger.read() as ledger:
        return ledger.audit.last(SWEPT), ledger.audit.last(HELD)
