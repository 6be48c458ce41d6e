"""Lists newest first, a page at a time: after a known row instead of after a number of rows, which may have moved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.position import Position


def newest_first(
    query: sa.Select[Any],
    at: sa.Column[datetime],
    row_id: sa.Column[str],
    *,
    before: Position | None,
    limit: int | None,
) -> sa.Select[Any]:
    """The query in the order (at, id) from the newest on; written so that an index on both columns finds its beginning."""
    if before is not None:
        query = query.where(at <= before.at, sa.or_(at < before.at, row_id < before.id))
    return query.order_by(at.desc(), row_id.desc()).limit(limit)
