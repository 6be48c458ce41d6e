"""Compact a lake at somebody's word: as its owner does each hour, and how much that was."""

from __future__ import annotations

from datetime import datetime

import duckdb

from resources.history.connection import open_lake
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake
from resources.history.lake_upkeep import size_of, tidy


def compact(lake: Lake, now: datetime) -> tuple[int, int]:
    """Bytes of its files before and after; whoever calls holds the lease.

    Raises:
        Unavailable: It cannot be reached.
    """
    with open_lake(lake) as connection:
        try:
            before = size_of(connection)
            tidy(connection, now)
            return before, size_of(connection)
        except duckdb.Error as error:
            raise told_of_lake(error, lake) from error
