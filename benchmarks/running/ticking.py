"""500 schedules due in the same minute: how long until each has its run, and whether one is missing."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks import report
from benchmarks.running.servers import servers
from inspect_pipelines.config.settings import lent
from inspect_pipelines.engine.dagster_database import VARIABLE

SCHEDULES = 500
BEFORE = timedelta(seconds=75)  # for servers to come up and the daemon to look at every schedule once
BEFORE_SHARED = timedelta(seconds=50)  # where the first look takes a third
PATIENCE_SECONDS = 420.0
PATIENCE_STOCK_SECONDS = 120.0  # beside us in PostgreSQL: both, with their beginnings, end in eight minutes
PATIENCE_SHARED_SECONDS = 75.0  # ours, of which 60 are wanted


def measure_shared_ticks(folder: Path, *, schedules: int) -> dict[str, float]:
    """The same by us, with Dagster's storage in a PostgreSQL server of its own, as machines share it."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    from postgres import a_server  # the server that the ledger's contract is tested on

    with a_server(is_durable=True) as url:
        server = url.replace("+psycopg", "+psycopg2")
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE dagster")
        with lent({VARIABLE: server.replace("@/postgres", "@/dagster")}):
            return measure_ticks(
                folder,
                is_stock=False,
                schedules=schedules,
                name="postgres",
                before=BEFORE_SHARED,
                patience_seconds=PATIENCE_SHARED_SECONDS,
            )


def measure_ticks(
    folder: Path,
    *,
    is_stock: bool,
    schedules: int = SCHEDULES,
    name: str = "",
    before: timedelta = BEFORE,
    patience_seconds: float = PATIENCE_SECONDS,
) -> dict[str, float]:
    """Seconds after the nominal minute; runs are executed meanwhile, as in life.

    Who has not submitted all when patience ends has the time until then for a figure, and misses its goal.
    """
    name = name or ("stock" if is_stock else "warm")
    due = (datetime.now(UTC) + before).replace(second=0, microsecond=0) + timedelta(minutes=1)
    cron = f"{due.minute} {due.hour} {due.day} {due.month} *"
    environment = {"NOOP_SCHEDULES": str(schedules), "NOOP_CRON": cron}
    with servers(folder, is_stock=is_stock, with_daemon=True, with_ui=False, **environment) as running:
        give_up_at = due.timestamp() + patience_seconds
        while time.time() < give_up_at and running.instance.get_runs_count() < schedules:
            time.sleep(1)
        time.sleep(10)  # for one too many
        records = running.instance.get_run_records()
    late = [record.create_timestamp.replace(tzinfo=UTC).timestamp() - due.timestamp() for record in records]
    origins = [record.dagster_run.tags["dagster/schedule_name"] for record in records]
    return {
        f"{name}_schedules_all_submitted_s": max(late) if len(late) >= schedules else patience_seconds,
        f"{name}_submitted_late_p50_s": report.percentile(late or [patience_seconds], 0.5),
        f"{name}_submitted_late_p99_s": report.percentile(late or [patience_seconds], 0.99),
        f"{name}_schedules_lost": float(schedules - len(set(origins))),
        f"{name}_schedules_doubled": float(len(origins) - len(set(origins))),
    }
