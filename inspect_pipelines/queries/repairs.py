"""Repairs, as they are listed and shown."""

from __future__ import annotations

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.repair import Repair
from inspect_pipelines.domain.trace import Trace
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.page import Page, page_of, position_of

LOOKED_THROUGH = 1000  # when somebody types the beginning of an id


def list_repairs(house: House, limit: int) -> list[Repair]:
    """Newest first."""
    with house.ledger.read() as ledger:
        return ledger.repairs.latest(limit)


def page_of_repairs(house: House, *, cursor: str | None = None, limit: int = 50) -> Page[Repair]:
    """A page of repairs, newest first by (at, id)."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.repairs.latest(limit + 1, before=before)
    return page_of(found, limit, lambda repair: Position(repair.at, repair.id))


def repair_with(house: House, repair_id: str) -> Repair | None:
    """The one of exactly that id."""
    with house.ledger.read() as ledger:
        return ledger.repairs.find(repair_id)


def traces_of(house: House, run_id: RunId) -> list[Trace]:
    """What agents say that they did in a run, oldest first."""
    with house.ledger.read() as ledger:
        return ledger.repairs.traces(run_id)


def repair_of(house: House, text: str) -> Repair:
    """As `find_repair`."""
    with house.ledger.read() as ledger:
        return find_repair(ledger, text)


def find_repair(ledger: LedgerSession, text: str) -> Repair:
    """By its id, or the beginning of it.

    Raises:
        NotFound: There is none.
        UsageError: There are several.
    """
    if whole := ledger.repairs.find(text):
        return whole
    found = [each for each in ledger.repairs.latest(LOOKED_THROUGH) if text and each.id.startswith(text)]
    if not found:
        raise NotFound(f"no repair begins with {text!r}; list them with: inspect-pipelines repairs list")
    if len(found) > 1:
        raise UsageError(f"{len(found)} repairs begin with {text!r}; type more of it")
    return found[0]
