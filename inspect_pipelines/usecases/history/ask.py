"""Ask the history in SQL, from elsewhere: whatever is asked is in the audit before it is answered."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.ports.history import Answered
from inspect_pipelines.ports.house import House

REMEMBERED = 500  # characters of a query, in the audit


def ask(house: House, sql: str, caller: Caller) -> Answered:
    """The answer of one reading statement over the organisation's rows.

    Args:
        house: Ports.
        sql: As it was sent.
        caller: Who asks, for the audit.

    Raises:
        InspectError: As `ports.History.answer`.
    """
    how = f"token {caller.token_id}: " if caller.token_id else ""
    with house.ledger.write() as ledger:
        ledger.audit.append(
            "history.query",
            "history",
            by=caller.actor,
            at=house.clock.now(),
            detail=f"{how}{sql[:REMEMBERED]}",
        )
    return house.history.answer(house.org_id, sql)
