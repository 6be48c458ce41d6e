"""Months that are over, written anew in the order of their trends: definition, run, view.

As they come in, neighbours are runs of a minute: a trend reads all of a month, and each definition's pictures are named
again in every block. Sorted, a trend reads its own blocks, and names lie once beside each other. No fact changes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb

from resources.history.statements import statements

SETTLED = timedelta(days=2)  # after a month's end: runs that were told late are in
SLICE_ROWS = 250_000  # of a transaction: some seconds of work, in which nothing else is taken in
LEAST_ROWS = 122_880  # of a month: what fits into one of DuckDB's row groups is read at once anyway


def sort_a_slice(connection: duckdb.DuckDBPyConnection, now: datetime) -> bool:
    """Sort the next definitions of the oldest month that is over and not sorted; False when there is none.

    One transaction a slice: killed, it has done all of it or nothing.
    """
    month = _next_month(connection, now)
    if month is None:
        return False
    connection.begin()
    try:
        _sort(connection, month)
        connection.commit()
    except duckdb.Error:
        connection.rollback()
        raise
    return True


def _next_month(connection: duckdb.DuckDBPyConnection, now: datetime) -> date | None:
    found = connection.execute(
        statements()["find_unsorted_month"], {"settled": (now - SETTLED).replace(day=1).date()}
    ).fetchone()
    return found[0] if found else None


def _sort(connection: duckdb.DuckDBPyConnection, month: date) -> None:
    at = {"month": month}
    connection.execute(statements()["begin_month"], at)
    found = connection.execute(
        statements()["find_slice"], {**at, "rows": SLICE_ROWS, "least": LEAST_ROWS}
    ).fetchone()
    if found is None or found[1] is None:
        connection.execute(statements()["end_month"], at)
        return
    after, up_to = found
    of_slice = {**at, "after": after, "up_to": up_to}
    connection.execute(statements()["gather_slice"], of_slice)
    connection.execute(statements()["delete_slice"])
    connection.execute(statements()["insert_slice"])
    connection.execute(statements()["empty_slice"])
    connection.execute(statements()["note_slice"], {**at, "up_to": up_to})
