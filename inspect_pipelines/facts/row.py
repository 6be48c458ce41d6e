"""What all facts share: rows whose keys are the columns of the history's tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from inspect_pipelines.domain.screenshot import Environment

Row = dict[str, Any]

ENVIRONMENT = ("browser", "os", "fonts_hash", "scale")  # columns, and fields of the domain's


@lru_cache(maxsize=64)
def timestamp(at: datetime | None) -> str | None:
    """RFC 3339 UTC, as DuckDB reads it fast."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def environment_columns(candidates: Iterable[Environment | None]) -> Row:
    """The first known environment; a run's sessions and a baseline's images share one nearly always."""
    found = next((candidate for candidate in candidates if candidate is not None), None)
    return {name: getattr(found, name) if found else None for name in ENVIRONMENT}
