"""The audit of an organisation, newest first."""

from __future__ import annotations

from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.page import Page, page_of, position_of


def list_audit(house: House, *, cursor: str | None = None, limit: int = 50) -> Page[AuditEntry]:
    """A page of it.

    Args:
        house: Ports.
        cursor: Where a page before ended; None: the newest.
        limit: The most on a page.

    Raises:
        UsageError: The cursor is none.
    """
    before = position_of(cursor)
    if before is not None and not before.id.isdecimal():
        raise UsageError(
            f"cursor {(cursor or '')[:80]!r} is none of this list; begin without one, and take each next one as it is"
        )
    with house.ledger.read() as ledger:
        found = ledger.audit.entries(before=int(before.id) if before else None, limit=limit + 1)
    return page_of(found, limit, lambda entry: Position(entry.happened_at, str(entry.seq)))
