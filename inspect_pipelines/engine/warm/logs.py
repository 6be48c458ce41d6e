"""Where a run writes what it prints, and which of these logs stay."""

from __future__ import annotations

import re
from pathlib import Path

KEPT_LOGS = 200  # of single runs; Dagster keeps its own record of each


def run_log(home: Path, name: str) -> Path:
    """The log of a run, named by its origin or its Dagster run id."""
    return home / "logs" / f"run-{re.sub(r'[^A-Za-z0-9.-]+', '_', name)}.log"


def forget_old_logs(home: Path) -> None:
    """Delete the oldest, so that room for a new one is left."""
    logs = sorted(home.glob("logs/run-*.log"), key=_changed_at, reverse=True)
    for log in logs[KEPT_LOGS - 1 :]:
        log.unlink(missing_ok=True)


def _changed_at(log: Path) -> float:
    try:
        return log.stat().st_mtime
    except FileNotFoundError:  # another process has just forgotten it
        return 0.0
